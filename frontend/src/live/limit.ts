/** What a limit would have meant, from what was spent. */

export interface Spent {
  date: string;
  cost: number;
}

/** The first day on which the costs together pass the limit; null when they stay within it. */
export function usedUpOn(days: Spent[], limit: number): string | null {
  let sum = 0;
  for (const { date, cost } of days) {
    sum += cost;
    if (sum > limit) return date;
  }
  return null;
}

/** An amount as somebody writes it, in dollars; null when it is none. */
export function dollars(text: string): number | null {
  const value = Number(text.replace(",", ".").trim() || Number.NaN);
  return Number.isFinite(value) && value > 0 ? value : null;
}
