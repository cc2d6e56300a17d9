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
  test.setTimeout(540_000);
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
