/** Stacked bars per day on a canvas (uPlot); the same numbers stand in a table below for who does not see them. */

import { useEffect, useRef, type ReactNode } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { stacked, type Series } from "./stack";

interface BarsProps {
  days: string[];
  series: Series[];
  format: (value: number) => string;
  label: string;
}

const HEIGHT = 220;

export function Bars({ days, series, format, label }: BarsProps): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    if (!element || days.length === 0) return;
    const style = getComputedStyle(element);
    const ink = style.getPropertyValue("color");
    const colours = series.map((_, index) => style.getPropertyValue(`--series-${(index % 6) + 1}`).trim());
    const axis = { stroke: ink, grid: { stroke: "rgba(128,128,128,0.18)", width: 1 }, ticks: { show: false } };
    const sums = stacked(series).reverse(); // the tallest is painted first, the others over it
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false, range: [-0.6, days.length - 0.4] }, y: { range: (_plot, _low, high) => [0, high || 1] } },
        axes: [
          {
            ...axis,
            grid: { show: false },
            values: (_plot, marks) => marks.map((mark) => (Number.isInteger(mark) ? (days[mark] ?? "") : "")),
            space: 70,
          },
          { ...axis, values: (_plot, marks) => marks.map(format), size: 80 },
        ],
        series: [
          {},
          ...sums.map((_, index) => ({
            fill: colours[series.length - 1 - index],
            stroke: "transparent",
            width: 0,
            points: { show: false },
            paths: uPlot.paths.bars!({ size: [0.7, 48], radius: 0.1 }),
          })),
        ],
      },
      [days.map((_, index) => index), ...sums],
      element,
    );
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      plot.destroy();
    };
  }, [days, series, format]);
  return <div className="chart" ref={box} role="img" aria-label={label} />;
}
