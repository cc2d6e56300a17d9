import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { NotificationClient, type ClientEvent, type SocketLike } from "./client";

class Wire implements SocketLike {
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { reason?: string }) => void) | null = null;
  said: { type: string; offset?: number }[] = [];
  closed = false;

  send(text: string): void {
    this.said.push(JSON.parse(text));
  }
  close(): void {
    this.closed = true;
  }
  greets(offset: number): void {
    this.onopen?.(undefined as never);
    this.tells(null, "connection_established", { epoch: "e", offset });
  }
  tells(offset: number | null, type = "task_progress", data: object = {}): void {
    const message = { type, data, priority: "normal", timestamp: "", message_id: `${offset}`, offset, epoch: "e" };
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

function listen(more: { ticket?: () => Promise<string>; types?: string[] } = {}) {
  const wires: Wire[] = [];
  const events: ClientEvent[] = [];
  const client = new NotificationClient({
    socketUrl: "ws://here",
    ticket: async () => "once",
    onEvent: (event) => events.push(event),
    random: () => 1, // the longest pauses
    open: (_url, protocols) => {
      expect(protocols).toEqual(["ticket", "once"]);
      wires.push(new Wire());
      return wires.at(-1)!;
    },
    ...more,
  });
  client.start();
  const states = (): string[] => events.flatMap((event) => (event.kind === "state" ? [event.state] : []));
  const shown = (): (number | null)[] => events.flatMap((event) => (event.kind === "shown" ? [event.message.offset] : []));
  return { client, wires, states, shown };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a ticket, a socket, live; only the wanted types are asked for", async () => {
  const { wires, states, shown } = listen({ types: ["budget_alert"] });
  await vi.advanceTimersByTimeAsync(0);
  wires[0]!.greets(4);
  wires[0]!.tells(5);
  expect([states(), shown()]).toEqual([["connecting", "live"], [5]]);
  expect(wires[0]!.said).toEqual([{ type: "subscribe", types: ["budget_alert"] }]);
});

test("a gap is given a moment, then asked for, more and more rarely", async () => {
  const { wires, shown } = listen();
  await vi.advanceTimersByTimeAsync(0);
  wires[0]!.greets(4);
  wires[0]!.tells(6);
  await vi.advanceTimersByTimeAsync(149);
  expect(wires[0]!.said).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(wires[0]!.said).toEqual([{ type: "resume", offset: 4, epoch: "e" }]);
  await vi.advanceTimersByTimeAsync(500 + 1000);
  expect(wires[0]!.said).toHaveLength(3);
  wires[0]!.tells(5);
  await vi.advanceTimersByTimeAsync(20_000);
  expect([wires[0]!.said.length, shown()]).toEqual([3, [5, 6]]);
});

test("a cut socket comes back by itself, later and later, and goes on where it was", async () => {
  const { client, wires, states } = listen();
  await vi.advanceTimersByTimeAsync(0);
  wires[0]!.greets(4);
  wires[0]!.tells(5);
  wires[0]!.onclose?.({ reason: "cut" });
  expect(states()).toEqual(["connecting", "live", "connecting"]);
  await vi.advanceTimersByTimeAsync(200);
  expect(wires).toHaveLength(2);
  wires[1]!.onclose?.({}); // refused before it opened
  await vi.advanceTimersByTimeAsync(399);
  expect(wires).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1);
  wires[2]!.greets(7);
  await vi.advanceTimersByTimeAsync(0);
  expect(wires[2]!.said).toEqual([{ type: "resume", offset: 5, epoch: "e" }]);
  expect(client.position).toEqual({ epoch: "e", offset: 5 });
});

test("without a ticket it tries again", async () => {
  let tries = 0;
  const { wires } = listen({ ticket: async () => ((tries += 1) < 3 ? Promise.reject(new Error("down")) : "once") });
  await vi.advanceTimersByTimeAsync(200 + 400);
  expect([tries, wires.length]).toEqual([3, 1]);
});

test("told to move, it opens the next socket before it closes this one", async () => {
  const { wires, states, shown } = listen();
  await vi.advanceTimersByTimeAsync(0);
  wires[0]!.greets(4);
  wires[0]!.tells(null, "rotate");
  await vi.advanceTimersByTimeAsync(0);
  expect([wires.length, wires[0]!.closed]).toEqual([2, false]);
  wires[1]!.onopen?.(undefined as never);
  wires[0]!.tells(5);
  expect(wires[0]!.closed).toBe(false);
  wires[1]!.tells(null, "connection_established", { epoch: "e", offset: 5 });
  wires[0]!.onclose?.({});
  expect([wires[0]!.closed, states(), shown()]).toEqual([true, ["connecting", "live"], [5]]);
});

test("it pings, and says how far it heard when that has grown", async () => {
  const { wires } = listen();
  await vi.advanceTimersByTimeAsync(0);
  wires[0]!.greets(4);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(wires[0]!.said.map((one) => one.type)).toEqual(["ack", "ping", "ping"]);
});

test("stopped, it closes its sockets and stays silent", async () => {
  const { client, wires, states } = listen();
  await vi.advanceTimersByTimeAsync(0);
  wires[0]!.greets(4);
  client.stop();
  wires[0]!.onclose?.({});
  await vi.advanceTimersByTimeAsync(120_000);
  expect([wires.length, wires[0]!.closed, states()]).toEqual([1, true, ["connecting", "live", "stopped"]]);
});
