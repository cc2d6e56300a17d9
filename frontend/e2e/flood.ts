/** Many messages a second over the socket that the page has open, posted to the gateway as the delivery does it. */

import type { Page, WebSocket } from "@playwright/test";
import { expect } from "./world";

interface Place {
  socket: WebSocket;
  connection: string;
  offset: number;
  epoch: string;
}

/** What the gateway told the next socket that the page opens; only listens. */
export function socketOf(page: Page): Promise<Place> {
  return new Promise((told) => {
    const found: Partial<Place> = {};
    page.on("websocket", (socket) =>
      socket.on("framereceived", ({ payload }) => {
        const { type, offset, data } = JSON.parse(String(payload));
        if (type === "connection_established") told(Object.assign(found, { socket, connection: data.connection_id, ...data }) as Place);
        else if (offset) found.offset = Math.max(found.offset ?? 0, offset);
      }),
    );
  });
}

/**
 * Posts `rate` messages a second for so long, about the tasks that are underway; ends when all have been taken. The log
 * knows nothing of them, so the server would call them lost when the page pings: they begin right after a ping, and the
 * next one is half a minute away.
 */
export async function flood(
  page: Page,
  { connection, epoch, ...place }: Place,
  rate: number,
  seconds: number,
): Promise<{ rate: number; last: number; seconds: number }> {
  const links = page.locator("main .plain-list .card h3 a");
  const ids = await links.evaluateAll((found) => found.map((one) => one.getAttribute("href")!.split("/").at(-1)!));
  expect(ids.length).toBeGreaterThanOrEqual(10);
  const first = place.offset + 1;
  const address = `${process.env.CONNECTIONS_URL}/@connections/${encodeURIComponent(connection)}`;
  const count = rate * seconds;
  const began = performance.now();
  let next = 0;
  const post = async (): Promise<void> => {
    for (let number = next++; number < count; number = next++) {
      const early = began + (number * 1000) / rate - performance.now();
      if (early > 0) await new Promise((now) => setTimeout(now, early));
      const progress = 1 + Math.floor((98 * number) / count);
      const data = { task_id: ids[number % ids.length], status: "running", stage: "generating", progress };
      const answer = await fetch(address, {
        method: "POST",
        body: JSON.stringify({
          type: "task_progress",
          data,
          priority: "normal",
          timestamp: new Date().toISOString(),
          message_id: crypto.randomUUID(),
          offset: first + number,
          epoch,
        }),
      });
      expect(answer.status).toBe(200);
    }
  };
  await Promise.all(Array.from({ length: 8 }, post));
  const took = (performance.now() - began) / 1000;
  return { rate: count / took, last: first + count - 1, seconds: took };
}
