import { expect, test } from "./world";

test("proposed changes of a text are decided one by one", async ({ page }) => {
  await page.goto("/enhance");
  await page
    .getByLabel("Text, in Markdown")
    .fill("# Retries\n\nThe charges is retried when it fail. It have a key, and the key are kept for 48 hours by the ledger.\n");
  await page.getByRole("button", { name: /What to improve/ }).click();
  await page.getByRole("option", { name: "Grammar" }).click();
  await expect(page.getByText(/At most \$/)).toBeVisible();
  await page.getByRole("button", { name: "Propose changes" }).click();
  await expect(page).toHaveURL(/\/enhance\/[0-9a-f-]{36}$/);
  const hunk = page.locator(".hunk").first();
  const none = page.getByText("No change was offered");
  await expect(hunk.or(none).first()).toBeVisible({ timeout: 120_000 }); // a small model may only offer what is dropped
  if (await none.isVisible()) return;
  await expect(hunk.getByText(/cost \$/)).toBeVisible();
  await hunk.getByRole("button", { name: "Accept" }).click();
  await expect(page.getByText(/1 accepted, 0 rejected/)).toBeVisible();
  await hunk.getByRole("button", { name: "Reject" }).click();
  await expect(page.getByText(/0 accepted, 1 rejected/)).toBeVisible();
});

test("pasted code is looked at for nothing, and documented as a task", async ({ page }) => {
  await page.goto("/code");
  await page.getByLabel("Code", { exact: true }).fill("def double(number: int) -> int:\n    return 2 * number\n");
  await page.getByRole("button", { name: "Look at it first, for nothing" }).click();
  const found = page.getByRole("region", { name: "What is in it" });
  await expect(found.getByText(/double\(number: int\)/)).toBeVisible();
  await page.getByRole("button", { name: "Write it" }).click();
  await expect(page).toHaveURL(/\/tasks\/[0-9a-f-]{36}$/);
  await expect(page.getByText("Done").first()).toBeVisible({ timeout: 180_000 });
  await expect(page.locator(".said")).toContainText("double");
});

test("what the system measures is shown, and what nobody measured is called so", async ({ page, admin }) => {
  await page.goto("/performance");
  await expect(page.getByRole("region", { name: "Health" }).getByText("database", { exact: false }).first()).toBeVisible();
  await page.getByRole("tab", { name: "The last load test" }).click();
  await expect(page.getByText("Compared with before")).toBeVisible();
  await expect(page.getByRole("tab", { name: "Database" })).toHaveCount(0); // for administrators
  await admin.goto("/performance");
  await admin.getByRole("tab", { name: "Database" }).click();
  await expect(admin.getByRole("region", { name: "Tables" }).getByRole("cell", { name: "tasks", exact: true })).toBeVisible();
  await admin.goto("/admin");
  await admin.getByRole("tab", { name: "Dead letters" }).click();
  await expect(admin.getByText(/Nothing has died|first .*, last/).first()).toBeVisible();
});
