import { readFileSync } from "node:fs";
import { ask, expect, POLICY, test, upload } from "./world";

test.describe.configure({ mode: "serial" });

test("upload, search with highlights", async ({ page }) => {
  await upload(page, [{ name: "payments-retry-policy.md", text: POLICY }]);
  await page.getByLabel("Search the documents").fill("idempotency key");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  const first = page.locator(".results > li").first();
  await expect(first).toContainText("payments-retry-policy");
  await expect(first.locator("mark").first()).toHaveText(/idempotency|key/i);
});

test("an RFC: its cost before, its stages live, its citations, its export", async ({ page }) => {
  await ask(page, "How charges are retried without paying twice", 100, "Summary\nRisks and rollout");
  await expect(page.getByText(/At most \$/)).toBeVisible();
  await page.getByRole("button", { name: "Write it" }).click();
  await expect(page).toHaveURL(/\/tasks\/[0-9a-f-]{36}$/);

  const seen = new Set<string>();
  const doing = page.locator(".progress");
  const read = page.getByRole("link", { name: "Read the document" });
  while (!(await read.isVisible())) {
    const now = await page.evaluate(() => {
      const bar = document.querySelector("main .progress");
      return bar ? `${bar.getAttribute("aria-valuenow")} ${bar.nextElementSibling?.textContent ?? ""}` : "";
    });
    if (now) seen.add(now);
    await page.waitForTimeout(50);
  }
  const story = [...seen].join("; ");
  expect(story).toContain("Section 1 of 2: Summary"); // live, without a reload
  expect(story).toContain("Section 2 of 2: Risks and rollout");
  const progress = [...seen].map((one) => Number.parseInt(one, 10));
  expect(progress, story).toEqual([...progress].sort((a, b) => a - b)); // it never goes back
  await expect(doing).toHaveCount(0);

  await read.click();
  await expect(page.getByRole("heading", { name: "Summary", level: 2 })).toBeVisible();
  const citation = page.locator(".document .citation").first();
  await citation.click();
  await expect(page.getByRole("dialog")).toContainText(/Payments retry policy|payments-retry-policy/);
  await page.keyboard.press("Escape");
  await expect(citation).toBeFocused();

  await page.getByRole("button", { name: "Export" }).click();
  const saving = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: /Markdown \(\.md\)/ }).click();
  const file = await saving;
  expect(file.suggestedFilename()).toMatch(/\.md$/);
  const text = readFileSync(await file.path(), "utf8");
  expect(text).toMatch(/^# RFC: How charges are retried/);
  expect(text).toMatch(/\[1\]/);
});

test("cancel says what it saves before and after", async ({ page }) => {
  await ask(page, "A long document that nobody will wait for", 8000, "");
  await page.getByRole("button", { name: "Write it" }).click();
  await expect(page).toHaveURL(/\/tasks\//);
  await expect(page.getByText(/Section 1 of 6/)).toBeVisible({ timeout: 60_000 });
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  const asking = page.getByRole("alertdialog");
  await expect(asking).toContainText(/Up to \$[\d.]+ is set aside/);
  await asking.getByRole("button", { name: "Cancel the task" }).click();
  await expect(page.getByText(/\$[\d.]+ came back to your budget; \$[\d.]+ had been used/)).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText("Cancelled").first()).toBeVisible();

  await page.goto("/tasks");
  const done = page.getByRole("region", { name: /Done/ });
  await expect(done.getByRole("link", { name: "How charges are retried without paying twice" })).toBeVisible();
  await page.getByRole("button", { name: "List" }).click();
  await expect(page.getByRole("table").getByText("A long document that nobody will wait for")).toBeVisible();
});

test("a budget without room is explained, and a raised limit is seen by the other browser", async ({ page, admin }) => {
  const change = async (limit: string): Promise<void> => {
    await admin.goto("/budget");
    await admin.getByRole("button", { name: "Change the limit: user@demo.example" }).first().click();
    await admin.getByLabel("New limit in dollars a period").fill(limit);
    await admin.getByLabel("Reason").fill("end-to-end test");
    await admin.getByRole("button", { name: "Save" }).click();
    await expect(admin.getByText(/user@demo.example now has/)).toBeVisible();
  };
  await change("0.000001");
  await ask(page, "What cannot be paid", 400, "");
  await expect(page.getByText(/budget of the user has/).first()).toBeVisible();
  await page.getByRole("button", { name: "Write it" }).click();
  const refusal = page.getByRole("alert").filter({ hasText: "Your budget has no room for this" });
  await expect(refusal).toContainText(/It needs up to \$[\d.]+, and the budget of the user has/);
  await expect(refusal).toContainText(/The budget starts anew on/);
  await refusal.getByRole("link", { name: "See the budget" }).click();
  await expect(page.getByText("Exhausted")).toBeVisible();

  await change("100"); // the other browser hears of it, without a reload
  await expect(page.getByText(/of \$100\.00/).first()).toBeVisible();
  await expect(page.getByText("Exhausted")).toBeHidden();
});
