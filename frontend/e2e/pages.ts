/** Every page of the console, with what shows that it has loaded. */

import type { Page } from "@playwright/test";
import { expect } from "./world";

export type Language = "en" | "ru";

export interface Place {
  name: string;
  path: string;
  title: Record<Language, string>;
}

const place = (name: string, en: string, ru: string): Place => ({ name, path: `/${name}`, title: { en, ru } });

export const PLACES: Place[] = [
  place("ask", "Ask", "Вопросы"),
  place("documents", "Documents", "Документы"),
  place("dialogue", "An RFC by a dialogue", "RFC в диалоге"),
  place("enhance", "Enhance", "Правка"),
  place("code", "Documentation of code", "Описание кода"),
  place("search", "Search", "Поиск"),
  place("tasks", "Tasks", "Задачи"),
  place("budget", "Budget", "Бюджет"),
  place("performance", "Performance", "Работа системы"),
  place("notifications", "Notifications", "Уведомления"),
  place("settings", "Settings", "Настройки"),
];

export const ADMIN_TABS = ["Users", "Budgets", "Sources", "Models and prices", "Dead letters", "Announcement"];

/** Go there inside the console, as its links do: a load anew would soon ask more than 30 times a minute. */
export async function visit(page: Page, path: string): Promise<void> {
  if (await page.locator("nav#navigation").count()) await page.evaluate((to) => history.pushState(null, "", to), path);
  else await page.goto(path);
}

export async function settled(page: Page): Promise<void> {
  await expect(page.locator("main h1").first()).toBeVisible();
  await expect(page.locator("main .spinner")).toHaveCount(0);
}

export async function open(page: Page, { path, title }: Place, language: Language = "en"): Promise<void> {
  await visit(page, path);
  await expect(page.getByRole("heading", { level: 1, name: title[language], exact: true })).toBeVisible();
  await settled(page);
}

/** The pages of one thing, found through the lists, as a person would. */
export async function openFirstDocument(page: Page): Promise<void> {
  await visit(page, "/documents");
  await page.locator(".shelf a").first().click();
  await expect(page.locator(".document")).toBeVisible();
}

export async function openFirstTask(page: Page): Promise<void> {
  await visit(page, "/tasks");
  await page.locator(".board article a").first().click();
  await expect(page.locator("main dl.facts").nth(1)).toBeVisible();
}

async function openFirstRfc(page: Page): Promise<void> {
  await openFirstDocument(page);
  await page.locator("main a[href^='/rfc/']").click();
  await expect(page).toHaveURL(/\/rfc\//);
  await expect(page.locator(".document")).toBeVisible();
}

async function openFirstEnhancement(page: Page): Promise<void> {
  await visit(page, "/enhance");
  await page.locator("aside a[href^='/enhance/']").first().click();
  await expect(page).toHaveURL(/\/enhance\/./);
}

async function openFirstConversation(page: Page): Promise<void> {
  await visit(page, "/ask");
  await page.locator("aside a[href^='/ask/']").first().click();
  await expect(page.locator(".answer").first()).toBeVisible();
}

let begun = ""; // a dialogue stands in no list until it has become a document

async function openDialogue(page: Page): Promise<void> {
  await visit(page, begun || "/dialogue");
  if (!begun) {
    await page.getByRole("textbox").first().fill("Retry refused charges with back-off without paying twice");
    await page.locator("main form button[type=submit]").click();
    await expect(page).toHaveURL(/\/dialogue\/[0-9a-f-]{36}$/, { timeout: 90_000 });
    begun = new URL(page.url()).pathname;
  }
  await expect(page.locator(".question").first()).toBeVisible();
}

export const OPENED: { name: string; open: (page: Page) => Promise<void> }[] = [
  { name: "a document", open: openFirstDocument },
  { name: "a task", open: openFirstTask },
  { name: "an RFC", open: openFirstRfc },
  { name: "an enhancement", open: openFirstEnhancement },
  { name: "a conversation", open: openFirstConversation },
  { name: "a dialogue", open: openDialogue },
];
