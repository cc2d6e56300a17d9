import { cleanup, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import type { TaskDetails } from "../api/client";
import { show } from "../test/surroundings";
import { RetryTask } from "./retry";

afterEach(cleanup);

const RETRY = "POST /api/v1/async-tasks/t/retry";
const task = (status: string): TaskDetails => ({ task_id: "t", status }) as TaskDetails;

test.each(["queued", "running", "completed"])("a task that is %s is not to be tried again", (status) => {
  show(<RetryTask task={task(status)} />, {});
  expect(screen.queryByRole("button")).toBeNull();
});

test.each(["failed", "cancelled", "dead"])("a task that %s becomes a new one, which is opened", async (status) => {
  history.replaceState(null, "", "/tasks/t");
  const { asked } = show(<RetryTask task={task(status)} />, { [RETRY]: () => ({ task_id: "new" }) });
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  await expect.poll(() => location.pathname).toBe("/tasks/new");
  expect(asked).toEqual([RETRY]);
});

test("without room it says which budget has how much left", async () => {
  const problem = { status: 402, code: "budget_exceeded", title: "No room", detail: "-", level: "user", required: 2, remaining: 1 };
  show(<RetryTask task={task("failed")} />, { [RETRY]: () => problem });
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect((await screen.findByRole("alert")).textContent).toMatch(/needs up to \$2\.00, and the budget of the user has \$1\.00 left/);
});
