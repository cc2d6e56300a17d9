import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import { openFirstDocument, openFirstTask, PLACES } from "./pages";
import { expect, test } from "./world";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Finding {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}

/** Serious and critical findings of axe on what is in the page now. */
async function serious(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate(
    async () => (await (window as never as { axe: { run: () => Promise<{ violations: unknown }> } }).axe.run()).violations,
  );
  return (found as Finding[])
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => `${one.id}: ${one.nodes.map((node) => `${node.html.slice(0, 200)} ${node.failureSummary}`).join(" | ")}`);
}

for (const scheme of ["light", "dark"] as const)
  test(`axe finds nothing serious, ${scheme}`, async ({ page, admin }) => {
    test.slow();
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await admin.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    const findings: Record<string, string[]> = {};
    for (const place of PLACES) {
      await page.goto(place.path);
      await place.ready(page);
      findings[place.name] = await serious(page);
    }
    await openFirstDocument(page);
    findings.document = await serious(page);
    await page.locator(".citation").first().click();
    await expect(page.getByRole("dialog")).toBeVisible();
    findings.citation = await serious(page);
    await openFirstTask(page);
    findings.task = await serious(page);
    await page.goto("/tasks");
    await page.getByRole("button", { name: "List" }).click();
    findings.list = await serious(page);
    await page.goto("/documents");
    await page.getByRole("button", { name: "Write an RFC" }).click();
    await page.getByLabel("What is the RFC about?").fill("Accessibility of dialogs");
    await expect(page.getByText(/At most \$/)).toBeVisible();
    findings.write = await serious(page);
    await page.goto("/search");
    await page.getByRole("button", { name: "Upload" }).click();
    findings.upload = await serious(page);
    await page.keyboard.press("Escape");
    await page.getByLabel("Search the documents").fill("retry");
    await page.keyboard.press("Enter");
    await expect(page.locator(".results > li").first()).toBeVisible();
    findings.results = await serious(page);
    await admin.goto("/budget");
    await expect(admin.getByText("Who spends most")).toBeVisible();
    findings.overview = await serious(admin);
    await admin.goto("/admin");
    for (const tab of ["Users", "Budgets", "Sources", "Models and prices", "Dead letters", "Announcement"]) {
      await admin.getByRole("tab", { name: tab }).click();
      await expect(admin.locator("main .spinner")).toHaveCount(0);
      findings[`admin ${tab}`] = await serious(admin);
    }
    expect(Object.fromEntries(Object.entries(findings).filter(([, list]) => list.length > 0))).toEqual({});
  });

test("axe finds nothing serious on the sign-in page", async ({ browser }) => {
  const context = await browser.newContext({ locale: "en-US" });
  const page = await context.newPage();
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(await serious(page)).toEqual([]);
  await context.close();
});

test("Russian: chosen in the settings, kept by the browser, on every page", async ({ page }) => {
  await page.goto("/settings");
  await page.getByRole("button", { name: /Language/ }).click();
  await page.getByRole("option", { name: "Русский" }).click();
  await expect(page.getByRole("heading", { name: "Настройки", level: 1 })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "ru");
  await expect(page.getByText("Сохранено")).toBeVisible();
  for (const [path, title] of [
    ["/documents", "Документы"],
    ["/search", "Поиск"],
    ["/tasks", "Задачи"],
    ["/budget", "Бюджет"],
    ["/notifications", "Уведомления"],
  ] as const) {
    await page.goto(path);
    await expect(page.getByRole("heading", { name: title, level: 1 })).toBeVisible();
  }
  await page.goto("/settings");
  await page.getByRole("button", { name: /Язык/ }).click();
  await page.getByRole("option", { name: "English" }).click();
  await expect(page.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
});

test("phone width: nothing sticks out, the menu leads everywhere", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const place of PLACES) {
    await page.goto(place.path);
    await place.ready(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide, `${place.name} is ${wide} px too wide`).toBe(0);
  }
  await page.getByRole("button", { name: "Menu" }).click();
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Tasks" }).click();
  await expect(page.getByRole("heading", { name: "Tasks", level: 1 })).toBeVisible();
});

test("the keyboard alone: from the start of a page to its content, through a dialog and back", async ({ page }) => {
  await page.goto("/documents");
  await expect(page.getByRole("heading", { name: "Documents", level: 1 })).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab"); // upload
  await page.keyboard.press("Tab"); // write
  await expect(page.getByRole("button", { name: "Write an RFC" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("What is the RFC about?")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Write an RFC" })).toBeFocused();
});
