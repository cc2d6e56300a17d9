import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import { ADMIN_TABS, open, OPENED, openFirstDocument, PLACES, settled, visit } from "./pages";
import { expect, test } from "./world";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Finding {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}

/** Serious and critical findings of axe on what is in the page now. */
async function serious(page: Page): Promise<string[]> {
  // React Aria announces by an element that names another, and takes it away seven seconds later.
  await expect(page.locator("[data-live-announcer] [role=img]")).toHaveCount(0);
  await page.evaluate(`window.axe ?? (() => { ${AXE} })()`);
  const found = await page.evaluate(
    async () => (await (window as never as { axe: { run: () => Promise<{ violations: unknown }> } }).axe.run()).violations,
  );
  return (found as Finding[])
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => `${one.id}: ${one.nodes.map((node) => `${node.html.slice(0, 200)} ${node.failureSummary}`).join(" | ")}`);
}

const withFindings = (findings: Record<string, string[]>): Record<string, string[]> =>
  Object.fromEntries(Object.entries(findings).filter(([, list]) => list.length > 0));

async function tooWide(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

for (const scheme of ["light", "dark"] as const)
  test(`axe finds nothing serious, ${scheme}`, async ({ page, admin }) => {
    test.slow();
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await admin.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    const findings: Record<string, string[]> = {};
    for (const place of PLACES) {
      await open(page, place);
      findings[place.name] = await serious(page);
    }
    for (const { name, open: openIt } of OPENED) {
      await openIt(page);
      await settled(page);
      findings[name] = await serious(page);
    }
    await openFirstDocument(page);
    await page.locator(".citation").first().click();
    await expect(page.getByRole("dialog")).toBeVisible();
    findings.citation = await serious(page);
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
    for (const [path, tabs] of [
      ["/admin", ADMIN_TABS],
      ["/performance", ["Health", "Caches", "Database", "The last load test"]],
    ] as const) {
      await visit(admin, path);
      for (const tab of tabs) {
        await admin.getByRole("tab", { name: tab }).click();
        await expect(admin.locator("main .spinner")).toHaveCount(0);
        findings[`${path} ${tab}`] = await serious(admin);
      }
    }
    expect(withFindings(findings)).toEqual({});
  });

test("axe finds nothing serious on the sign-in page, and would find a planted fault", async ({ browser }) => {
  const context = await browser.newContext({ locale: "en-US" });
  const page = await context.newPage();
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(await serious(page)).toEqual([]);
  await page.evaluate(() => document.body.append(document.createElement("button")));
  expect((await serious(page)).join()).toContain("button-name");
  await context.close();
});

test("Russian, chosen in the settings: every page, on a phone, with nothing serious and nothing sticking out", async ({ page }) => {
  test.slow();
  await page.goto("/settings");
  await page.getByRole("button", { name: /Language/ }).click();
  await page.getByRole("option", { name: "Русский" }).click();
  await expect(page.getByRole("heading", { name: "Настройки", level: 1 })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "ru");
  await expect(page.getByText("Сохранено")).toBeVisible();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.reload(); // kept by the browser
  const findings: Record<string, string[]> = {};
  const look = async (name: string): Promise<void> => {
    findings[name] = await serious(page);
    expect(await tooWide(page), `${name} is too wide`).toBe(0);
  };
  for (const place of PLACES) {
    await open(page, place, "ru");
    await look(place.name);
  }
  for (const { name, open: openIt } of OPENED) {
    await openIt(page);
    await settled(page);
    await look(name);
  }
  expect(withFindings(findings)).toEqual({});
  await page.setViewportSize({ width: 1280, height: 720 });
  await visit(page, "/settings");
  await page.getByRole("button", { name: /Язык/ }).click();
  await page.getByRole("option", { name: "English" }).click();
  await expect(page.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
});

test("phone width: nothing sticks out, the menu leads everywhere", async ({ page, admin }) => {
  for (const one of [page, admin]) await one.setViewportSize({ width: 390, height: 844 });
  for (const place of PLACES) {
    await open(page, place);
    expect(await tooWide(page), `${place.name} is too wide`).toBe(0);
  }
  await admin.goto("/admin");
  for (const tab of ADMIN_TABS) {
    await admin.getByRole("tab", { name: tab }).click();
    await expect(admin.locator("main .spinner")).toHaveCount(0);
    expect(await tooWide(admin), `${tab} is too wide`).toBe(0);
  }
  for (const place of PLACES.filter((one) => one.name !== "dialogue")) {
    await page.getByRole("button", { name: "Menu" }).click();
    await page.locator(`nav#navigation a[href="${place.path}"]`).click();
    await expect(page.getByRole("heading", { name: place.title.en, exact: true, level: 1 })).toBeVisible();
  }
});

/** What Tab reaches from the beginning of the page to its end: what has a name, and what shows that it has the focus. */
async function tabThrough(page: Page): Promise<{ reached: number; faults: string[] }> {
  const faults: string[] = [];
  let reached = 0;
  let outside = 0;
  while (reached < 400 && outside < 2) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      if (!element || element === document.body) return "outside"; // between the last and the first
      if (element.dataset.reached) return "around";
      element.dataset.reached = "yes";
      const style = getComputedStyle(element);
      const shows = style.outlineStyle !== "none" || style.boxShadow !== "none" || element.closest("[data-focus-visible]");
      return shows ? "" : element.outerHTML.slice(0, 160);
    });
    if (at === "around") break;
    if (at === "outside") outside += 1;
    else reached += 1;
    if (at && at !== "outside") faults.push(`no visible focus: ${at}`);
  }
  const left = await page.evaluate(() => {
    const every = document.querySelectorAll<HTMLElement>("main :is(a[href], button, input, textarea, summary, [role=tab])");
    const wanted = [...every].filter(
      (one) => one.tabIndex >= 0 && !one.matches(":disabled") && one.checkVisibility() && !one.dataset.reached && !one.closest("[aria-hidden=true]"),
    );
    for (const one of document.querySelectorAll<HTMLElement>("[data-reached]")) delete one.dataset.reached;
    return wanted.map((one) => `not reached: ${one.outerHTML.slice(0, 160)}`);
  });
  return { reached, faults: [...faults, ...left] };
}

test("the keyboard reaches all of every page, and one sees where it is", async ({ page }) => {
  test.slow();
  const found: Record<string, string[]> = {};
  await page.goto("/documents");
  for (const place of PLACES) {
    await open(page, place);
    const { reached, faults } = await tabThrough(page);
    expect(reached, place.name).toBeGreaterThan(10);
    if (faults.length > 0) found[place.name] = faults;
  }
  for (const { name, open: openIt } of OPENED) {
    await openIt(page);
    await settled(page);
    const { faults } = await tabThrough(page);
    if (faults.length > 0) found[name] = faults;
  }
  expect(found).toEqual({});
});

test("the keyboard alone: from the start of a page to its content, through a dialog and back", async ({ page }) => {
  await page.goto("/documents");
  await expect(page.getByRole("heading", { name: "Documents", level: 1 })).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await page.keyboard.press("Enter");
  for (const name of ["Upload sources", "By a dialogue"]) {
    await page.keyboard.press("Tab");
    await expect(page.getByRole("link", { name })).toBeFocused();
  }
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Write an RFC" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("What is the RFC about?")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Write an RFC" })).toBeFocused();
});
