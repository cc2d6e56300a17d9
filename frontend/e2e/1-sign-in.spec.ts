import { expect, signIn, test as people, USER, watch } from "./world";
import { test } from "@playwright/test";

test("a wrong password is explained, a right one signs in, a reload keeps it, no script can read a token", async ({ browser }) => {
  const context = await browser.newContext({ locale: "en-US" });
  const page = await context.newPage();
  const broken = watch(page);
  await page.goto("/tasks");
  await page.getByLabel(/E-mail address/).fill(USER.email);
  await page.getByLabel("Password", { exact: true }).fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText(/wrong|Too many/);

  await signIn(page, USER);
  await page.goto("/tasks");
  await expect(page.getByRole("heading", { name: "Tasks", level: 1 })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Tasks", level: 1 })).toBeVisible();
  await Promise.allSettled([page.reload(), page.reload(), page.reload()]); // each while the one before still refreshes
  await page.goto("/tasks");
  await expect(page.getByRole("heading", { name: "Tasks", level: 1 })).toBeVisible();

  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  expect(kept).not.toMatch(/eyJ|refresh_token|access_token/);
  const cookie = (await context.cookies(process.env.API_URL + "/api/v1/auth/refresh")).find((one) => one.name === "assistant_refresh");
  expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: "Strict", path: "/api/v1/auth" });
  expect(kept).not.toContain(cookie!.value);

  const other = await context.newPage();
  await other.goto("/budget");
  await expect(other.getByRole("heading", { name: "Budget", level: 1 })).toBeVisible();
  await page.goto("/settings");
  await page.getByRole("button", { name: "Sign out here" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible(); // the other tab heard of it
  await other.reload();
  await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible();
  expect((await context.cookies(process.env.API_URL + "/api/v1/auth/refresh")).map((one) => one.name)).not.toContain("assistant_refresh");
  expect(broken).toEqual([]);
  await context.close();
});

people("localhost leads to the address that the cookie belongs to", async ({ page, baseURL }) => {
  await page.goto(baseURL!.replace("127.0.0.1", "localhost") + "/tasks");
  await expect(page).toHaveURL(`${baseURL}/tasks`);
});
