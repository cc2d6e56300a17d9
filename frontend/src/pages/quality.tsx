/** What a document is worth: each part's score, and what cost it points. */

import type { ReactNode } from "react";
import { useFormats, useWords } from "../i18n/language";
import { Panel, Progress } from "../ui/page";

export interface Quality {
  overall?: number;
  remarks?: string[];
  reasons?: Record<string, string[]>;
  [part: string]: unknown;
}

export function QualityPanel({ quality }: { quality: Quality }): ReactNode {
  const { documents } = useWords();
  const { number } = useFormats();
  const score = (part: string): number => Number(quality[part] ?? 0);
  return (
    <Panel title={documents.quality}>
      <p className="large">{documents.qualityOf(number(quality.overall ?? 0))}</p>
      {Object.entries(documents.parts).map(([part, name]) => (
        <div key={part} className="scored">
          <span>{name}</span>
          <span className="number">{number(score(part))}</span>
          <Progress value={Math.round(score(part))} label={name} />
          {quality.reasons?.[part]?.map((reason) => (
            <span key={reason} className="reason quiet">
              {reason}
            </span>
          ))}
        </div>
      ))}
      {!quality.reasons && quality.remarks && quality.remarks.length > 0 && (
        <details>
          <summary>{documents.remarks}</summary>
          <ul>
            {quality.remarks.map((remark) => (
              <li key={remark}>{remark}</li>
            ))}
          </ul>
        </details>
      )}
    </Panel>
  );
}
