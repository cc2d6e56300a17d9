import { expect, test } from "vitest";
import type { TaskDetails, UserTasks } from "../api/client";
import { extended, refreshed } from "./task-list";

const page = (ids: string[], next: string | null = null): UserTasks => ({
  tasks: ids.map((task_id) => ({ task_id }) as TaskDetails),
  counts: { queued: ids.length },
  next_cursor: next,
});
const ids = (list: UserTasks | undefined): string => (list?.tasks ?? []).map((task) => task.task_id).join("");

test("older pages go behind, each once; one that was asked for elsewhere is dropped", () => {
  const two = extended(page(["f", "e"], "at e"), "at e", page(["e", "d", "c"], "at c"));
  expect([ids(two), two?.next_cursor]).toEqual(["fedc", "at c"]);
  expect(ids(extended(two, "at e", page(["d"], null)))).toBe("fedc");
  expect(extended(undefined, "at e", page(["d"]))).toBeUndefined();
});

test("a fresh first page keeps what stands behind it, and where that ends", () => {
  const known = page(["f", "e", "d", "c"], "at c");
  const now = refreshed(known, page(["g", "f", "e"], "at e"));
  expect([ids(now), now.next_cursor, now.counts.queued]).toEqual(["gfedc", "at c", 3]);
});

test("when something may lie between, only what is certain stays", () => {
  const known = page(["c", "b"], "at b");
  expect(refreshed(known, page(["z", "y"], "at y"))).toMatchObject({ next_cursor: "at y" });
  expect(ids(refreshed(known, page(["z", "y"], "at y")))).toBe("zy");
});

test("a first page that is the whole list is the list: what was deleted is gone", () => {
  expect(ids(refreshed(page(["c", "b", "a"]), page(["c", "b"])))).toBe("cb");
  expect(ids(refreshed(undefined, page(["c"], "at c")))).toBe("c");
});
