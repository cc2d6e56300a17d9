import type { ReactNode } from "react";

/** Text in which the API has put what matched between ⟦ and ⟧. */
export function Highlighted({ text }: { text: string }): ReactNode {
  return text.split(/(⟦[^⟦⟧]*⟧)/).map((part, index) =>
    part.startsWith("⟦") ? <mark key={index}>{part.slice(1, -1)}</mark> : part,
  );
}
