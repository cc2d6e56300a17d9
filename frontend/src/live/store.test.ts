import { expect, test } from "vitest";
import type { Notification } from "../notifications";
import { LiveStore, unread } from "./store";

const message = (offset: number, type = "task_completed", epoch = "e"): Notification => ({
  type,
  data: {},
  priority: "normal",
  timestamp: "2026-01-01T00:00:00Z",
  message_id: `${epoch}-${offset}`,
  offset,
  epoch,
});

function storage(): Pick<Storage, "getItem" | "setItem"> & { kept: Record<string, string> } {
  const kept: Record<string, string> = {};
  return { kept, getItem: (key) => kept[key] ?? null, setItem: (key, value) => void (kept[key] = value) };
}

test("history and socket together show each message once, newest first", () => {
  const store = new LiveStore("u", storage());
  store.add([message(2), message(1)]);
  store.add([message(2), message(3)]);
  expect(store.snapshot().notifications.map((one) => one.offset)).toEqual([3, 2, 1]);
});

test("what is about the connection is no notification", () => {
  const store = new LiveStore("u", storage());
  store.add([{ ...message(1), offset: null }]);
  expect(store.snapshot().notifications).toEqual([]);
});

test("a burst is one change", () => {
  const store = new LiveStore("u", storage());
  let changes = 0;
  store.subscribe(() => (changes += 1));
  store.add(Array.from({ length: 200 }, (_, index) => message(index + 1)));
  expect(changes).toBe(1);
});

test("the bell counts results and warnings, not steps, and a reload remembers what was read", () => {
  const place = storage();
  const store = new LiveStore("u", place);
  store.add([message(1), message(2, "task_progress"), message(3, "budget_alert")]);
  expect(unread(store.snapshot())).toBe(2);
  store.inEpoch("e");
  store.read();
  expect(unread(store.snapshot())).toBe(0);
  const later = new LiveStore("u", place);
  later.inEpoch("e");
  later.add([message(3, "budget_alert"), message(4)]);
  expect(unread(later.snapshot())).toBe(1);
});

test("of another epoch, what was read before counts no more", () => {
  const store = new LiveStore("u", storage());
  store.inEpoch("e");
  store.add([message(9)]);
  store.read();
  store.inEpoch("f");
  store.add([message(1, "task_completed", "f")]);
  expect(unread(store.snapshot())).toBe(1);
  expect(store.snapshot().notifications).toHaveLength(1);
});

test("another user of the browser has their own bell", () => {
  const place = storage();
  const ann = new LiveStore("ann", place);
  ann.inEpoch("e");
  ann.add([message(5)]);
  ann.read();
  const bob = new LiveStore("bob", place);
  bob.add([message(5)]);
  expect(unread(bob.snapshot())).toBe(1);
});

test("a socket that comes back after something was shown was resumed; the first connection was not", () => {
  const store = new LiveStore("u", storage());
  store.connected("live");
  expect(store.snapshot().resumed).toBe(0);
  store.add([message(1)]);
  store.connected("connecting");
  store.connected("live");
  expect(store.snapshot()).toMatchObject({ connection: "live", resumed: 1 });
});

test("lost history is said until it was read", () => {
  const store = new LiveStore("u", storage());
  store.lost();
  expect(store.snapshot().historyLost).toBe(true);
  store.dismissLoss();
  expect(store.snapshot().historyLost).toBe(false);
});

test("what was read is kept by the browser, and a broken record is as none", () => {
  const kept = storage();
  const store = new LiveStore("u", kept);
  store.add([message(2)]);
  store.inEpoch("e");
  store.read();
  expect(unread(new LiveStore("u", kept).snapshot())).toBe(0);
  expect(new LiveStore("u", kept).snapshot().readOffset).toBe(2);
  kept.setItem("assistant.read.u", "{");
  expect(new LiveStore("u", kept).snapshot().readOffset).toBe(0);
});
