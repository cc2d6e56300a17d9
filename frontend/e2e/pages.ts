/** Every page of the console, with what shows that it has loaded. */

import { expect, type Page } from "./world";

export interface Place {
  name: string;
  path: string;
  ready: (page: Page) => Promise<void>;
}

const heading = (text: string | RegExp) => async (page: Page): Promise<void> => {
  await expect(page.getByRole("heading", { level: 1, name: text })).toBeVisible();
  await expect(page.locator("main .spinner")).toHaveCount(0);
};

export const PLACES: Place[] = [
  { name: "ask", path: "/ask", ready: heading("Ask") },
  { name: "dialogue", path: "/dialogue", ready: heading("An RFC by a dialogue") },
  { name: "enhance", path: "/enhance", ready: heading("Enhance") },
  { name: "code", path: "/code", ready: heading("Documentation of code") },
  { name: "performance", path: "/performance", ready: heading("Performance") },
  { name: "documents", path: "/documents", ready: heading("Documents") },
  { name: "search", path: "/search", ready: heading("Search") },
  { name: "tasks", path: "/tasks", ready: heading("Tasks") },
  { name: "budget", path: "/budget", ready: heading("Budget") },
  { name: "notifications", path: "/notifications", ready: heading("Notifications") },
  { name: "settings", path: "/settings", ready: heading("Settings") },
];

/** The pages of one thing, found through the lists, as a person would. */
export async function openFirstDocument(page: Page): Promise<void> {
  await page.goto("/documents");
  await page.locator(".shelf a").first().click();
  await expect(page.locator(".document")).toBeVisible();
}

export async function openFirstTask(page: Page): Promise<void> {
  await page.goto("/tasks");
  await page.locator(".board article a").first().click();
  await expect(page.getByText("What was asked").first()).toBeVisible();
}
