/** Pictures of each page for the documentation: `make screenshots`. They show what a cloud really holds. */

import type { Page } from "@playwright/test";
import { open, openFirstDocument, openFirstTask, PLACES } from "./pages";
import { ask, expect, POLICY, test, upload } from "./world";

const FOLDER = process.env.SCREENSHOTS ?? "test-results/screenshots";

test.skip(!process.env.SCREENSHOTS, "only for `make screenshots`");

async function picture(page: Page, name: string): Promise<void> {
  await expect(page.locator("main .spinner")).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await page.screenshot({ path: `${FOLDER}/console-${name}.png`, animations: "disabled" });
}

test("each page", async ({ page, admin, browser }) => {
  test.setTimeout(900_000);
  for (const one of [page, admin]) {
    await one.setViewportSize({ width: 1280, height: 820 });
    await one.emulateMedia({ colorScheme: "light" });
  }
  await upload(page, [{ name: "payments-retry-policy.md", text: POLICY }]);
  await page.getByLabel("Search the documents").fill("idempotency key of a charge");
  await page.keyboard.press("Enter");
  await expect(page.locator(".results > li").first()).toBeVisible();
  await picture(page, "search");

  for (const topic of ["Retrying charges without paying twice", "One ledger for all invoices", "Telling customers about overdue invoices"]) {
    await ask(page, topic, 200, "Summary\nProposal\nRisks and rollout");
    await expect(page.getByText(/At most \$/)).toBeVisible();
    if (topic.startsWith("Retrying")) await picture(page, "write");
    await page.getByRole("button", { name: "Write it" }).click();
    await expect(page).toHaveURL(/\/tasks\//);
  }
  await page.goto("/tasks");
  await expect(page.getByText(/Section \d of 3/).first()).toBeVisible({ timeout: 120_000 });
  await picture(page, "tasks");
  await page.goto("/documents");
  await expect(page.locator(".shelf > li")).not.toHaveCount(0, { timeout: 300_000 });
  await expect(page.getByRole("progressbar")).toHaveCount(0, { timeout: 300_000 });
  await picture(page, "documents");
  await openFirstDocument(page);
  await picture(page, "document");
  await page.emulateMedia({ colorScheme: "dark" });
  await picture(page, "document-dark");
  await page.emulateMedia({ colorScheme: "light" });
  await openFirstTask(page);
  await picture(page, "task");
  for (const place of PLACES.filter((one) => ["budget", "notifications", "settings"].includes(one.name))) {
    await open(page, place);
    await picture(page, place.name);
  }
  await page.goto("/ask");
  await page.getByRole("button", { name: /Kind of answer/ }).click();
  await page.getByRole("option", { name: "The passages, word for word" }).click();
  await page.getByLabel("Your question").fill("How often is a refused charge retried?");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByText("Backed by the sources")).toBeVisible({ timeout: 60_000 });
  await picture(page, "ask");
  await page.goto("/dialogue");
  await page.getByLabel("What is it about?").fill("Retry refused charges with back-off without paying twice");
  await page.getByRole("button", { name: "Begin" }).click();
  await expect(page.locator(".question").first()).toBeVisible({ timeout: 90_000 });
  await picture(page, "dialogue");
  await page.goto("/enhance");
  const text = "# Retries\n\nThe charges is retried when it fail. It have a key, and the key are kept for 48 hours by the ledger.\n";
  await page.getByLabel("Text, in Markdown").fill(text);
  await page.getByRole("button", { name: /What to improve/ }).click();
  await page.getByRole("option", { name: "Grammar" }).click();
  await page.getByRole("button", { name: "Propose changes" }).click();
  const hunk = page.locator(".hunk").first();
  await expect(hunk.or(page.getByText("No change was offered")).first()).toBeVisible({ timeout: 120_000 });
  await picture(page, "enhance");
  await page.goto("/code");
  await page.getByLabel("Code", { exact: true }).fill("def double(number: int) -> int:\n    return 2 * number\n");
  await page.getByRole("button", { name: "Look at it first, for nothing" }).click();
  await expect(page.getByRole("region", { name: "What is in it" })).toBeVisible();
  await picture(page, "code");
  await admin.goto("/performance");
  await expect(admin.getByRole("region", { name: "Health" }).getByRole("listitem").first()).toBeVisible();
  await picture(admin, "performance");
  await admin.goto("/budget");
  await admin.getByRole("button", { name: "Change the limit: user@demo.example" }).first().click();
  await admin.getByLabel("New limit in dollars a period").fill("0.002");
  await expect(admin.getByText("With this limit")).toBeVisible();
  await picture(admin, "limit");
  await admin.keyboard.press("Escape");
  await admin.goto("/admin");
  await admin.getByRole("tab", { name: "Models and prices" }).click();
  await expect(admin.getByRole("region", { name: "Prices" }).getByRole("row").nth(1)).toBeVisible();
  await picture(admin, "admin");

  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/tasks");
  await expect(page.locator(".board article").first()).toBeVisible();
  await picture(page, "phone");

  const stranger = await browser.newContext({ locale: "ru-RU", viewport: { width: 1280, height: 820 } });
  const front = await stranger.newPage();
  await front.goto("/");
  await expect(front.getByRole("heading", { name: "Вход" })).toBeVisible();
  await picture(front, "sign-in");
  await stranger.close();
});
