import { QueryClient } from "@tanstack/react-query";
import { expect, test, vi } from "vitest";
import { Inbox, type Notification } from "../notifications";
import { applyDeltas, extended, streamKey, type Delta, type Streamed } from "./chat";
import { applyMessages, keys, writtenKey } from "./tasks";

const piece = (index: number, text: string, attempt = 1): Delta => ({
  session_id: "s",
  message_id: "m",
  task_id: "t",
  attempt,
  index,
  text,
});

const says = (type: string, data: object, offset: number | null = null): Notification => ({
  type,
  data: data as Record<string, unknown>,
  priority: "normal",
  timestamp: "",
  message_id: crypto.randomUUID(),
  offset,
  epoch: "e",
});

test("the inbox shows pieces of an answer although they have no offset", () => {
  const inbox = new Inbox({ epoch: "e", offset: 4 });
  const delta = says("chat_delta", piece(0, "Once"));
  expect(inbox.feed(delta)).toEqual([{ kind: "shown", message: delta }]);
  expect(inbox.position).toEqual({ epoch: "e", offset: 4 });
  expect(inbox.feed(says("subscribed", {}))).toEqual([]);
});

test("pieces become a text; a piece that comes twice counts once", () => {
  let known: Streamed | undefined;
  for (const one of [piece(0, "Once "), piece(1, "only"), piece(1, "only")]) known = extended(known, one);
  expect(known).toMatchObject({ text: "Once only", broken: false });
});

test("after a lost piece nothing is invented", () => {
  const known = [piece(0, "Once "), piece(2, "not"), piece(3, "again")].reduce<Streamed | undefined>(extended, undefined);
  expect(known).toMatchObject({ text: "Once ", broken: true });
});

test("a new attempt begins anew, and the one before is not heard any more", () => {
  const known = [piece(0, "Wrong"), piece(0, "Right", 2), piece(1, " more wrong", 1)].reduce<Streamed | undefined>(extended, undefined);
  expect(known).toMatchObject({ text: "Right", attempt: 2 });
});

test("a burst goes to its message; a complete answer is read from the API", () => {
  const cache = new QueryClient();
  const read = vi.spyOn(cache, "invalidateQueries");
  applyDeltas(cache, [says("chat_delta", piece(0, "a")), says("chat_delta", { ...piece(0, "b"), message_id: "n" })]);
  expect(cache.getQueryData<Streamed>(streamKey("m"))?.text).toBe("a");
  expect(cache.getQueryData<Streamed>(streamKey("n"))?.text).toBe("b");
  expect(read).not.toHaveBeenCalled();
  applyDeltas(cache, [says("chat_completed", { session_id: "s" }, 1)]);
  expect(read).toHaveBeenCalledWith({ queryKey: keys.chat });
});

test("sections are kept as they are written", () => {
  const cache = new QueryClient();
  const step = { task_id: "t", status: "running", stage: "generating", progress: 20, sections: 2 };
  applyMessages(cache, [says("task_progress", { ...step, section: "Summary", section_number: 1 }, 1)]);
  expect(cache.getQueryData(writtenKey("t"))).toEqual([{ title: "Summary", text: null }]);
  applyMessages(cache, [says("task_progress", { ...step, section: "Risks", section_number: 2, written: "Short." }, 2)]);
  expect(cache.getQueryData(writtenKey("t"))).toEqual([
    { title: "Summary", text: "Short." },
    { title: "Risks", text: null },
  ]);
});

test("a changed limit makes every budget be read anew", () => {
  const cache = new QueryClient();
  const read = vi.spyOn(cache, "invalidateQueries");
  applyMessages(cache, [says("budget_updated", { level: "user", new_budget_limit: 5 }, 3)]);
  expect(read).toHaveBeenCalledWith({ queryKey: keys.budget });
});
