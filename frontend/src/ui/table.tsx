/** A table of short texts: names on the left, numbers on the right. It scrolls inside itself where it is too wide. */

import type { ReactNode } from "react";

interface TableProps {
  label: string;
  columns: string[];
  rows: ReactNode[][];
  /** How many columns from the left are words. */
  words?: number;
}

export function Table({ label, columns, rows, words = 1 }: TableProps): ReactNode {
  const kind = (column: number): string | undefined => (column < words ? undefined : "number");
  return (
    <div className="wide-table" tabIndex={0} role="group" aria-label={label}>
      <table>
        <thead>
          <tr>
            {columns.map((name, column) => (
              <th key={column} className={kind(column)} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, row) => (
            <tr key={row}>
              {cells.map((cell, column) => (
                <td key={column} className={kind(column)}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
