import { QueryClient } from "@tanstack/react-query";
import { expect, test, vi } from "vitest";
import type { TaskDetails } from "../api/client";
import type { Notification } from "../notifications";
import { remaining, typicalSeconds } from "./estimate";
import { advanced, applyMessages, keys, type TaskList } from "./tasks";

const task = (change: Partial<TaskDetails> = {}): TaskDetails => ({
  task_id: "t",
  task_func: "llm_generate_rfc",
  task_args: {},
  status: "running",
  stage: "generating",
  progress: 40,
  priority: "normal",
  attempts: 1,
  created_at: "2026-01-01T00:00:00Z",
  started_at: "2026-01-01T00:00:00Z",
  finished_at: null,
  cancel_requested_at: null,
  held: 1,
  cost: 0,
  result: null,
  error: null,
  run_at: null,
  retry_of: null,
  result_expires_at: null,
  eta: null,
  ...change,
});

const says = (offset: number, data: Record<string, unknown>, type = "task_progress"): Notification => ({
  type,
  data,
  priority: "normal",
  timestamp: "",
  message_id: String(offset),
  offset,
  epoch: "e",
});

const report = (change: object = {}): { task_id: string; status: string; stage: string; progress: number } => ({
  task_id: "t",
  status: "running",
  stage: "generating",
  progress: 60,
  ...change,
});

test("a message advances its task and no other", () => {
  expect(advanced(task(), report()).progress).toBe(60);
  expect(advanced(task({ task_id: "other" }), report()).progress).toBe(40);
});

test("a replayed message never takes back what is final or further", () => {
  expect(advanced(task({ status: "completed", progress: 100 }), report()).status).toBe("completed");
  expect(advanced(task({ progress: 80 }), report()).progress).toBe(80);
});

test("a task that goes back to the queue starts anew", () => {
  expect(advanced(task(), report({ status: "queued", stage: "queued", progress: 0 })).progress).toBe(0);
});

test("a burst writes the latest state of each task; what is unknown or over is read anew", () => {
  const cache = new QueryClient();
  const read = vi.spyOn(cache, "invalidateQueries");
  cache.setQueryData([...keys.tasks, "all"], { tasks: [task()], counts: {}, next_cursor: null });
  cache.setQueryData(keys.task("t"), task());
  applyMessages(cache, [says(1, report({ progress: 50 })), says(2, report({ progress: 70 }))]);
  expect(cache.getQueryData<TaskDetails>(keys.task("t"))?.progress).toBe(70);
  expect(read).not.toHaveBeenCalled();
  applyMessages(cache, [says(3, report({ task_id: "new" }))]);
  expect(read).toHaveBeenCalledWith({ queryKey: keys.tasks });
  read.mockClear();
  applyMessages(cache, [says(4, report({ status: "completed", progress: 100 }), "task_completed")]);
  expect(read).toHaveBeenCalledWith({ queryKey: keys.task("t") });
  expect(read).toHaveBeenCalledWith({ queryKey: keys.budget });
});

test("an announcement touches no task", () => {
  const cache = new QueryClient();
  const read = vi.spyOn(cache, "invalidateQueries");
  applyMessages(cache, [says(1, { title: "Hello" }, "system_alert")]);
  expect(read).not.toHaveBeenCalled();
});

test("what is left: by the pace of the task and by the usual duration", () => {
  const now = new Date("2026-01-01T00:00:40Z").getTime();
  expect(remaining(task(), null, now)).toEqual({ from: 60, to: 60 });
  expect(remaining(task(), 70, now)).toEqual({ from: 30, to: 60 });
  expect(remaining(task({ progress: 5 }), null, now)).toBeNull();
  expect(remaining(task({ status: "completed" }), 70, now)).toBeNull();
});

test("what is left: the API's interval comes first, until it is over", () => {
  const now = new Date("2026-01-01T00:00:40Z").getTime();
  const told = { ...task({ eta: { seconds: 20, low: 10, high: 30 } }), read_at: now - 15_000 };
  expect(remaining(told, 70, now)).toEqual({ from: 0, to: 15 });
  expect(remaining(told, 70, now + 15_000)).toEqual({ from: 15, to: 82.5 });
  expect(remaining({ ...told, eta: { seconds: 20, low: null, high: null } }, 70, now)).toEqual({ from: 30, to: 60 });
});

test("the usual duration needs three that are done", () => {
  const done = (seconds: number): TaskDetails =>
    task({ status: "completed", finished_at: new Date(Date.parse("2026-01-01T00:00:00Z") + seconds * 1000).toISOString() });
  expect(typicalSeconds([done(10), done(20)], "llm_generate_rfc")).toBeNull();
  expect(typicalSeconds([done(90), done(10), done(20), task()], "llm_generate_rfc")).toBe(20);
});

test("every list that has the task shows it; a list that has not stays as it is", () => {
  const cache = new QueryClient();
  const lists = ["all", "running", "queued"].map((one) => [...keys.tasks, one]);
  for (const [index, key] of lists.entries())
    cache.setQueryData(key, { tasks: [task({ task_id: index < 2 ? "t" : "other" })], counts: {}, next_cursor: null });
  const untouched = cache.getQueryData(lists[2]!);
  applyMessages(cache, [says(1, report({ progress: 70 }))]);
  for (const key of lists.slice(0, 2)) expect(cache.getQueryData<TaskList>(key)?.tasks[0]?.progress).toBe(70);
  expect(cache.getQueryData(lists[2]!)).toBe(untouched);
});
