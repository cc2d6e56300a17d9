/** Two people with a browser each, signed in once; what goes wrong in a page that nobody looks at fails the test. */

import { test as base, expect, type Browser, type BrowserContext, type Page } from "@playwright/test";

export interface Account {
  email: string;
  password: string;
}

export const USER: Account = { email: env("USER_EMAIL"), password: env("USER_PASSWORD") };
export const ADMIN: Account = { email: env("ADMIN_EMAIL"), password: env("ADMIN_PASSWORD") };
export const API = env("API_URL");

function env(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these tests by \`make e2e\``);
  return value;
}

export async function signIn(page: Page, account: Account): Promise<void> {
  await page.goto("/");
  for (;;) {
    await page.getByLabel(/E-mail address/).fill(account.email);
    await page.getByLabel("Password", { exact: true }).fill(account.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    const refused = page.getByText(/Too many attempts/);
    const inside = page.getByRole("navigation", { name: "Main" });
    await expect(refused.or(inside).first()).toBeVisible();
    if (await inside.isVisible()) return;
    const seconds = Number(/(\d+) second/.exec((await refused.textContent()) ?? "")?.[1] ?? 10);
    await page.waitForTimeout(seconds * 1000 + 200); // as told; the API counts sign-ins of an address
  }
}

/** Fails on errors of scripts and on what the Content-Security-Policy refused. */
export function watch(page: Page): string[] {
  const broken: string[] = [];
  page.on("pageerror", (error) => broken.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && /Content.Security.Policy|Uncaught|Minified React/i.test(message.text()))
      broken.push(message.text());
  });
  return broken;
}

interface People {
  userContext: BrowserContext;
  adminContext: BrowserContext;
}

async function signedIn(browser: Browser, account: Account): Promise<BrowserContext> {
  const context = await browser.newContext({ locale: "en-US", acceptDownloads: true });
  await context.addInitScript(() => {
    if (!localStorage.getItem("assistant.language")) localStorage.setItem("assistant.language", "en");
  });
  const page = await context.newPage();
  await signIn(page, account);
  await page.close();
  return context;
}

export const test = base.extend<{ page: Page; admin: Page }, People>({
  userContext: [
    async ({ browser }, use) => {
      const context = await signedIn(browser, USER);
      await use(context);
      await context.close();
    },
    { scope: "worker" },
  ],
  adminContext: [
    async ({ browser }, use) => {
      const context = await signedIn(browser, ADMIN);
      await use(context);
      await context.close();
    },
    { scope: "worker" },
  ],
  page: async ({ userContext }, use) => {
    const page = await userContext.newPage();
    const broken = watch(page);
    await use(page);
    await page.close();
    expect(broken).toEqual([]);
  },
  admin: async ({ adminContext }, use) => {
    const page = await adminContext.newPage();
    const broken = watch(page);
    await use(page);
    await page.close();
    expect(broken).toEqual([]);
  },
});

export { expect };

/** Uploads files in the dialog of the search page and waits until the API has stored each. */
export async function upload(page: Page, files: { name: string; text: string }[]): Promise<void> {
  await page.goto("/search");
  await page.getByRole("button", { name: "Upload" }).click();
  const choosing = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose files" }).click();
  await (
    await choosing
  ).setFiles(files.map(({ name, text }) => ({ name, mimeType: "text/markdown", buffer: Buffer.from(text) })));
  await expect(page.locator(".uploads .stored")).toHaveCount(files.length, { timeout: 60_000 });
  await page.keyboard.press("Escape");
}

/** Fills the dialog that asks for an RFC; `sections` one a line. */
export async function ask(page: Page, topic: string, words: number, sections: string): Promise<void> {
  await page.goto("/documents");
  await page.getByRole("button", { name: "Write an RFC" }).click();
  await page.getByLabel("What is the RFC about?").fill(topic);
  await page.getByLabel("Length in words").fill(String(words));
  await page.getByText("More choices").click();
  await page.getByLabel("Sections").fill(sections);
}

export const POLICY = `# Payments retry policy

## Idempotency
Every charge carries an idempotency key. A charge that is sent twice with the same key is executed once, and the ledger
keeps the first answer for 48 hours.

## Back-off
A refused charge is retried after 1, 4 and 16 minutes with jitter. After the third failure the invoice is marked overdue
and the customer is told by e-mail.

## Budget of retries
At most 5 percent of all charges of an hour may be retries; above that the circuit opens for ten minutes.
`;
