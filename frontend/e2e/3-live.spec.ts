import type { WebSocketRoute } from "@playwright/test";
import { expect, test } from "./world";

test("a socket that is cut resumes without a gap", async ({ page, admin }) => {
  let open = true;
  let opened = 0;
  let now: WebSocketRoute | null = null;
  await page.routeWebSocket(/.*/, (socket) => {
    if (!open) return socket.close();
    opened += 1;
    now = socket;
    socket.connectToServer(); // all that passes is real; only the cut is ours
  });
  await page.goto("/notifications");
  await expect(page.getByText("Everything arrives as it happens.")).toBeVisible();

  const announce = async (title: string): Promise<void> => {
    await admin.getByLabel("Title").fill(title);
    await admin.getByLabel("Message").fill("from the end-to-end test");
    await admin.getByRole("button", { name: "Send to everybody" }).click();
    await expect(admin.getByText(/Sent to \d+ user/)).toBeVisible();
    await expect(admin.getByLabel("Title")).toHaveValue("");
  };
  await admin.goto("/admin");
  await admin.getByRole("tab", { name: "Announcement" }).click();
  await announce("Before the cut");
  await expect(page.getByText("Before the cut")).toBeVisible();

  open = false;
  await now!.close();
  await expect(page.getByText(/The socket is being opened again/)).toBeVisible();
  for (const title of ["While away 1", "While away 2", "While away 3"]) await announce(title);
  await expect(page.getByText("While away 3")).toBeHidden();
  open = true;
  await expect(page.getByText("While away 3")).toBeVisible({ timeout: 60_000 });
  expect(opened).toBeGreaterThanOrEqual(2);
  await expect(page.getByText("Nothing is missing")).toBeVisible();
  await expect(page.getByText(/Cut and resumed without a gap/)).toBeVisible();

  await page.getByRole("button", { name: /Only results/ }).click();
  await page.getByRole("option", { name: "Everything" }).click();
  const offsets = (await page.locator(".log .meta").allInnerTexts()).map((line) => Number(/No\. (\d+)/.exec(line)?.[1]));
  expect(offsets.length).toBeGreaterThanOrEqual(4);
  for (let index = 1; index < offsets.length; index += 1) expect(offsets[index]).toBe(offsets[index - 1]! - 1);
});

test("the bell counts what is new and forgets it when it was read", async ({ page, admin }) => {
  await page.goto("/budget");
  await expect(page.locator(".dot.live")).toBeVisible();
  await admin.goto("/admin");
  await admin.getByRole("tab", { name: "Announcement" }).click();
  await admin.getByLabel("Title").fill("Ring");
  await admin.getByLabel("Message").fill("the bell");
  await admin.getByRole("button", { name: "Send to everybody" }).click();
  await page.getByRole("link", { name: /Notifications, \d+ unread/ }).click();
  await expect(page.getByText("Ring: the bell")).toBeVisible();
  await expect(page.getByRole("link", { name: "Notifications", exact: true }).first()).toBeVisible();
});

test("without a network the page says so and goes on by itself", async ({ page, userContext }) => {
  await page.goto("/tasks");
  await expect(page.getByRole("heading", { name: "Tasks", level: 1 })).toBeVisible();
  await userContext.setOffline(true);
  await expect(page.getByText(/No connection\. What you see may be old/)).toBeVisible();
  await userContext.setOffline(false);
  await expect(page.getByText(/No connection/)).toBeHidden();
});
