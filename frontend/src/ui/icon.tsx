/** Line icons on a grid of 24; they decorate, names stand beside them. */

import type { ReactNode } from "react";

const SHAPES = {
  documents: "M7 3h7l4 4v14H7zM14 3v4h4M10 12h5M10 16h5",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16 16l4.5 4.5",
  tasks: "M4 5h4v14H4zM10 5h4v9h-4zM16 5h4v6h-4z",
  budget: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7v10M14.5 9.2c-.5-.8-1.4-1.2-2.5-1.2-1.5 0-2.6.8-2.6 2s1 1.7 2.6 2 2.6.9 2.6 2-1.1 2-2.6 2c-1.200 0-2.200-.5-2.700-1.400",
  ask: "M4 5h16v11H10l-5 4v-4H4zM9.500 9.200a2.500 2.500 0 1 1 3.300 2.400c-.600.200-.800.600-.800 1.100M12 14v.1",
  enhance: "M4 20l1-4L15.500 5.500l3 3L8 19zM13.500 7.500l3 3M17 14v6M14 17h6",
  code: "M9 7l-5 5 5 5M15 7l5 5-5 5",
  pulse: "M3 12h4l2.500-6 4 12 2.500-6h5",
  bell: "M6 16V11a6 6 0 1 1 12 0v5l1.500 2h-15zM10 20.500a2.200 2.200 0 0 0 4 0",
  admin: "M12 3l7 3v5c0 5-3 8.500-7 10-4-1.500-7-5-7-10V6zM9 12l2 2 4-4",
  settings: "M4 7h10M18 7h2M4 17h2M10 17h10M16 5v4M8 15v4",
  menu: "M4 6h16M4 12h16M4 18h16",
  close: "M6 6l12 12M18 6L6 18",
  upload: "M12 16V5M7.500 9.500L12 5l4.500 4.500M5 19h14",
  warning: "M12 4l9 16H3zM12 10v4M12 17v.5",
  offline: "M3 4l18 17M8.500 15.500a5 5 0 0 1 5-1M5 12a10 10 0 0 1 4-2.300M2 8.500a15 15 0 0 1 4-2.400M12 5c4 0 7.500 1.400 10 3.500M12 19.500v.1M16 11c1.200.4 2.200 1 3 1.800",
  empty: "M4 13l3-8h10l3 8v6H4zM4 13h5l1 2.500h4L15 13h5",
  back: "M14 6l-6 6 6 6",
  check: "M5 12.500l4.500 4.500L19 7.500",
  chevron: "M7 10l5 5 5-5",
  plus: "M12 5v14M5 12h14",
} as const;

export type IconName = keyof typeof SHAPES;

export function Icon({ name }: { name: IconName }): ReactNode {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={SHAPES[name]} />
    </svg>
  );
}
