import { expect, test } from "vitest";
import { Inbox, type Notification } from "./inbox";

const says = (offset: number | null, type = "task_progress", data: object = {}, epoch: string | null = "e"): Notification => ({
  type,
  data: data as Record<string, unknown>,
  priority: "normal",
  timestamp: "",
  message_id: `${epoch}-${offset}`,
  offset,
  epoch,
});
const end = (type: string, offset: number, more: object = {}): Notification => says(null, type, { epoch: "e", offset, ...more });
const shown = (inbox: Inbox, message: Notification): (number | string | null)[] =>
  inbox.feed(message).map((event) => (event.kind === "shown" ? event.message.offset : event.kind));

test("the first connection tells where to begin; what came before it waits", () => {
  const inbox = new Inbox();
  expect(inbox.position).toBeNull();
  expect(shown(inbox, says(6))).toEqual([]);
  expect(shown(inbox, end("connection_established", 5))).toEqual([6]);
  expect(inbox.position).toEqual({ epoch: "e", offset: 6 });
});

test("in order, each once: what is ahead waits, what is old is a duplicate", () => {
  const inbox = new Inbox({ epoch: "e", offset: 1 });
  expect(shown(inbox, says(3))).toEqual([]);
  expect(inbox.behind).toBe(true);
  expect(shown(inbox, says(3))).toEqual([]);
  expect(shown(inbox, says(2))).toEqual([2, 3]);
  expect(shown(inbox, says(2))).toEqual([]);
  expect([inbox.duplicates, inbox.behind]).toEqual([2, false]);
});

test("a skipped message closes its gap and is not shown", () => {
  const inbox = new Inbox({ epoch: "e", offset: 1 });
  expect(shown(inbox, says(3))).toEqual([]);
  expect(shown(inbox, says(2, "skipped"))).toEqual([3]);
});

test("a pong reveals what was lost; the answer to the question fills it", () => {
  const inbox = new Inbox({ epoch: "e", offset: 1 });
  expect(shown(inbox, end("pong", 2))).toEqual([]);
  expect([inbox.behind, inbox.resume()]).toEqual([true, { type: "resume", offset: 1, epoch: "e" }]);
  expect(shown(inbox, end("resumed", 2, { recovered: true }))).toEqual([]);
  expect(inbox.behind).toBe(true); // until the replay is here
  expect(shown(inbox, says(2))).toEqual([2]);
  expect(inbox.behind).toBe(false);
});

test("what cannot be had any more is announced, and one goes on behind it", () => {
  const inbox = new Inbox({ epoch: "e", offset: 1 });
  shown(inbox, says(90));
  expect(shown(inbox, end("resumed", 89, { recovered: false }))).toEqual(["historyLost", 90]);
  expect(inbox.position).toEqual({ epoch: "e", offset: 90 });
});

test("a log that was set back is asked about, not believed", () => {
  const inbox = new Inbox({ epoch: "e", offset: 5 });
  shown(inbox, end("pong", 3));
  expect(inbox.behind).toBe(true);
  shown(inbox, end("resumed", 3));
  expect([inbox.behind, inbox.position?.offset]).toEqual([false, 5]);
});

test("another epoch: its messages wait for the server's word, then all before is lost", () => {
  const inbox = new Inbox({ epoch: "e", offset: 5 });
  expect(shown(inbox, says(1, "task_progress", {}, "f"))).toEqual([]);
  expect(inbox.behind).toBe(true);
  expect(shown(inbox, says(null, "resumed", { epoch: "f", offset: 0 }))).toEqual(["historyLost"]);
  expect(shown(inbox, says(1, "task_progress", {}, "f"))).toEqual([1]);
  expect(shown(inbox, says(6))).toEqual([]); // of the log that was given up
  expect(shown(inbox, end("pong", 9))).toEqual([]);
  expect(inbox.behind).toBe(false);
});

test("a flood ahead of a gap is not kept without end", () => {
  const inbox = new Inbox({ epoch: "e", offset: 0 });
  for (let offset = 2; offset <= 400; offset += 1) inbox.feed(says(offset));
  expect(shown(inbox, says(1))).toHaveLength(201);
  expect(inbox.behind).toBe(true); // the rest is asked for
});
