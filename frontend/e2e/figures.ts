/** What was measured in the browser, each beside its budget, and the file that `make perf` shows it from. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** The most that is allowed; for a rate the least. */
  budget: number;
  least?: boolean;
}

const figures: Figure[] = [];
const notes: string[] = [];

export function figure(name: string, value: number, unit: string, budget: number, least = false): void {
  figures.push({ name, value: Math.round(value * 100) / 100, unit, budget, ...(least ? { least } : {}) });
}

export function note(text: string): void {
  notes.push(text);
}

/** A figure that is no number is over its budget too. */
export const holds = ({ value, budget, least }: Figure): boolean => (least ? value >= budget : value <= budget);

export function overBudget(): string[] {
  return figures.filter((one) => !holds(one)).map(({ name, value, unit, budget }) => `${name}: ${value} ${unit}, not ${budget}`);
}

export function write(file: string, browser: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const routes = JSON.parse(readFileSync("dist/sizes.json", "utf8")) as Record<string, number>;
  const shown = figures.map((one) => ({ ...one, ok: holds(one) }));
  writeFileSync(file, JSON.stringify({ at: new Date().toISOString(), browser, figures: shown, notes, routes }, null, 1));
  for (const { ok, name, value, unit, budget, least } of shown)
    console.log(`${ok ? "ok  " : "OVER"} ${name}: ${value} ${unit} (${least ? "at least" : "at most"} ${budget})`);
}

export const middle = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Growth per step: the middle of the slopes between all pairs, which single outliers do not move. */
export function slope(values: number[], step: number): number {
  const slopes = values.flatMap((from, first) =>
    values.slice(first + 1).map((to, further) => (to - from) / ((further + 1) * step)),
  );
  return middle(slopes);
}
