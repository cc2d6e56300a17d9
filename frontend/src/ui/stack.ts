export interface Series {
  name: string;
  values: number[];
}

/** Each series on top of those before it, so that the bars show their sum. */
export function stacked(series: Series[]): number[][] {
  const sums: number[][] = [];
  for (const { values } of series) {
    const below = sums.at(-1);
    sums.push(values.map((value, index) => value + (below?.[index] ?? 0)));
  }
  return sums;
}
