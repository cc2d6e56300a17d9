/** Mounting and unmounting pages, and what of them stays in memory. */

import type { CDPSession, Page } from "@playwright/test";
import { slope } from "./figures";

export interface Growth {
  /** Bytes of JavaScript a cycle, after forced collections. */
  heap: number;
  /** Nodes of the document a cycle, those in no tree included. */
  nodes: number;
}

export const CYCLES = 50;
const WARM = 40; // the first visits load chunks, fill caches and are compiled: the heap grows ever less until then
const STEP = 5;

async function used(cdp: CDPSession): Promise<{ heap: number; nodes: number }> {
  for (let pass = 0; pass < 2; pass += 1) await cdp.send("HeapProfiler.collectGarbage"); // finalizers need a second one
  const { usedSize: heap } = await cdp.send("Runtime.getHeapUsage");
  const { nodes } = await cdp.send("Memory.getDOMCounters");
  return { heap, nodes };
}

async function cycles(page: Page, path: string, count: number): Promise<void> {
  await page.evaluate(
    async ([to, times]) => {
      const until = async (holds: () => boolean, what: string): Promise<void> => {
        const ends = performance.now() + 20_000;
        while (!holds()) {
          if (performance.now() > ends) throw new Error(`${what} did not come`);
          await new Promise((drawn) => requestAnimationFrame(drawn));
        }
      };
      for (let time = 0; time < times; time += 1) {
        history.pushState(null, "", to);
        await until(() => Boolean(document.querySelector("main .page h1")) && !document.querySelector("main .spinner"), to);
        history.pushState(null, "", "/nowhere");
        await until(() => !document.querySelector("main .page") && Boolean(document.querySelector("main .state")), "/nowhere");
      }
    },
    [path, count] as const,
  );
}

/** What a cycle leaves behind, after `CYCLES` of them. */
export async function growth(page: Page, path: string): Promise<Growth> {
  const cdp = await page.context().newCDPSession(page);
  await cycles(page, path, WARM);
  const samples = [await used(cdp)];
  for (let done = WARM; done < CYCLES + WARM; done += STEP) {
    await cycles(page, path, STEP);
    samples.push(await used(cdp));
  }
  await cdp.detach();
  return {
    heap: slope(samples.map((one) => one.heap), STEP),
    nodes: slope(samples.map((one) => one.nodes), STEP),
  };
}
