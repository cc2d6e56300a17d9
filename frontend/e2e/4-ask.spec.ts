import { readFileSync } from "node:fs";
import { expect, POLICY, test, upload } from "./world";

const QUESTION = "How often is a refused charge retried and with which back-off?";

test("a question: its cost before, the answer as it comes, its sources beside it, its cost after", async ({ page }) => {
  await upload(page, [{ name: "payments-retry-policy.md", text: POLICY }]);
  await page.goto("/ask");
  await page.getByLabel("Your question").fill(QUESTION);
  await expect(page.getByText(/At most \$/)).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/ask\/[0-9a-f-]{36}$/);
  const coming = page.locator(".said.coming");
  const lengths = new Set<number>();
  const over = page.locator(".answer").getByText(/^cost \$/);
  while (!(await over.isVisible())) {
    const text = await coming.textContent({ timeout: 50 }).catch(() => null);
    if (text) lengths.add(text.length);
  }
  expect([...lengths].length, [...lengths].join()).toBeGreaterThanOrEqual(3); // it grew while it was written
  await expect(page.locator(".answer .chip").filter({ hasText: /acked by the sources/ })).toBeVisible();
  const sources = page.getByRole("region", { name: "Sources", exact: true });
  if (await page.getByText("Backed by the sources", { exact: true }).isVisible()) {
    await sources.locator("summary").first().click();
    await expect(sources.locator("blockquote").first()).toContainText(/retr|charge/);
  } else await expect(sources).toContainText("This answer cites nothing."); // what a small model wrote did not hold
});

test("search answers word for word and for nothing; a citation opens its passage", async ({ page }) => {
  await page.goto("/ask");
  await page.getByRole("button", { name: /Kind of answer/ }).click();
  await page.getByRole("option", { name: "The passages, word for word" }).click();
  await page.getByLabel("Your question").fill(QUESTION);
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByText("Backed by the sources")).toBeVisible({ timeout: 60_000 });
  const sources = page.getByRole("region", { name: "Sources", exact: true });
  await sources.locator("summary").first().click();
  await expect(sources.locator("blockquote").first()).toContainText(/retr|charge/);
  await page.locator(".said .citation").first().click();
  await expect(page.getByRole("dialog")).toContainText(/retry/i);
});

test("an answer is stopped, and what had come stays", async ({ page }) => {
  await page.goto("/ask");
  await page.getByRole("button", { name: /Kind of answer/ }).click();
  await page.getByRole("option", { name: "A draft" }).click();
  await page.getByLabel("Your question").fill(QUESTION);
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.locator(".said.coming")).toBeVisible({ timeout: 60_000 });
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByText("Stopped. This is what had come.")).toBeVisible({ timeout: 30_000 });
  await expect(page.locator(".answer").getByText(/^cost \$/)).toBeVisible();
});

test("the dialogue: typed questions, sections as they are written, a cited document, versions, export", async ({ page }) => {
  await page.goto("/documents");
  await page.getByRole("link", { name: "By a dialogue" }).click();
  await page.getByLabel("What is it about?").fill("Retry refused charges with back-off without paying twice");
  await page.getByRole("button", { name: "Begin" }).click();
  await expect(page).toHaveURL(/\/dialogue\/[0-9a-f-]{36}$/, { timeout: 90_000 });
  const write = page.getByRole("button", { name: "Have it written" });
  for (let round = 0; round < 6 && (await write.isDisabled()); round += 1) {
    for (const question of await page.locator(".question").filter({ has: page.getByText("required") }).all()) {
      const choice = question.locator("button.choice");
      const boxes = question.locator(".checkbox");
      if (await choice.count()) {
        await choice.click();
        await page.getByRole("option").nth(1).click();
      } else if (await boxes.count()) await boxes.first().click();
      else {
        const field = question.getByRole("textbox");
        await field.fill((await field.getAttribute("inputmode")) === "decimal" ? "3" : "No charge is ever paid twice");
      }
    }
    const answered = page.waitForResponse((answer) => answer.url().endsWith("/generate/answer"));
    await page.getByRole("button", { name: "Send the answers" }).click();
    expect((await answered).status()).toBe(200);
  }
  await page.getByLabel("Length in words").fill("150");
  await expect(page.getByText(/At most \$[\d.]+ is set aside/)).toBeVisible();
  await write.click();
  await expect(page.locator(".live-sections h3").first()).toBeVisible({ timeout: 60_000 });
  await expect(page.locator(".live-sections p:not(.quiet)").first()).toBeVisible({ timeout: 120_000 }); // the first is there, others come
  await expect(page.getByRole("link", { name: "Read the RFC" })).toHaveCount(0);
  await page.getByRole("link", { name: "Read the RFC" }).click({ timeout: 200_000 });

  await expect(page.locator(".document")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Quality" })).toBeVisible();
  await page.locator(".document .citation").first().click();
  await expect(page.getByRole("dialog")).toContainText(/Payments retry policy|payments-retry-policy/);
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "Edit" }).click();
  const text = page.getByLabel("Text, in Markdown");
  await text.fill(`${await text.inputValue()}\n\n## Decision\n\nWe do it in March.\n`);
  await page.getByLabel("What you changed").fill("the date");
  await page.getByRole("button", { name: "Save as a new version" }).click();
  await expect(page.getByText("We do it in March.")).toBeVisible();
  await page.getByRole("button", { name: "What changed: Version 2" }).click();
  await expect(page.locator(".diff .added").filter({ hasText: "We do it in March." })).toBeVisible();
  await page.keyboard.press("Escape");

  for (const [name, ending, begins] of [
    [/Markdown/, /\.md$/, "# "],
    [/Word/, /\.docx$/, "PK"],
  ] as const) {
    await page.getByRole("button", { name: "Export" }).click();
    const saving = page.waitForEvent("download");
    await page.getByRole("menuitem", { name }).click();
    const file = await saving;
    expect(file.suggestedFilename()).toMatch(ending);
    expect(readFileSync(await file.path()).subarray(0, 2).toString()).toBe(begins);
  }
});
