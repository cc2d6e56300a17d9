/** The history of an RFC, and what changed between two of its versions. */

import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { ask, type RfcDocument } from "../api/client";
import { useFormats, usePageWords } from "../i18n/language";
import { dialogueWords } from "../i18n/pages/dialogue";
import { useApi } from "../session/context";
import { Window } from "../ui/dialog";
import { Panel } from "../ui/page";
import { Shown } from "../ui/states";
import { diffLines } from "./rfc-diff";

interface VersionsProps {
  rfc: RfcDocument;
  onVersion: (version: number) => void;
}

export function Versions({ rfc, onVersion }: VersionsProps): ReactNode {
  const words = usePageWords(dialogueWords);
  const { ago, number } = useFormats();
  const api = useApi();
  const [compared, setCompared] = useState<number | null>(null);
  const versions = useQuery({
    queryKey: ["rfc", rfc.rfc_id, "versions"],
    queryFn: () => ask(api.GET("/api/v1/generate/rfc/{rfc_id}/versions", { params: { path: { rfc_id: rfc.rfc_id } } })),
  });
  return (
    <Panel title={words.versions}>
      <Shown query={versions}>
        {(data) => (
          <ul className="plain-list">
            {data.versions.map((one) => (
              <li key={one.version}>
                <p className="meta">
                  <Button
                    className="as-link"
                    aria-current={one.version === rfc.version ? "true" : undefined}
                    onPress={() => onVersion(one.version)}
                  >
                    {words.version(one.version)}
                  </Button>
                  {one.version === rfc.latest_version && <span className="chip">{words.current}</span>}
                  <span className="spring" />
                  <span className="number">{number(one.overall)}</span>
                </p>
                <p className="meta quiet">
                  {one.note && <span>{one.note}</span>}
                  <time dateTime={one.created_at}>{ago(one.created_at)}</time>
                  {one.version > 1 && (
                    <Button className="button small" aria-label={`${words.compare}: ${words.version(one.version)}`} onPress={() => setCompared(one.version)}>
                      {words.compare}
                    </Button>
                  )}
                </p>
              </li>
            ))}
          </ul>
        )}
      </Shown>
      <Window
        title={compared === null ? "" : `${words.version(compared - 1)} → ${words.version(compared)}`}
        isOpen={compared !== null}
        onClose={() => setCompared(null)}
      >
        {compared !== null && <Difference id={rfc.rfc_id} from={compared - 1} to={compared} />}
      </Window>
    </Panel>
  );
}

function Difference({ id, from, to }: { id: string; from: number; to: number }): ReactNode {
  const words = usePageWords(dialogueWords);
  const api = useApi();
  const diff = useQuery({
    queryKey: ["rfc", id, "diff", from, to],
    queryFn: () =>
      ask(
        api.GET("/api/v1/generate/rfc/{rfc_id}/diff", {
          params: { path: { rfc_id: id }, query: { from_version: from, to_version: to } },
        }),
      ),
    staleTime: Infinity,
  });
  return (
    <Shown query={diff}>
      {(data) => {
        const changed = data.sections.filter((section) => section.change !== "same");
        return (
          <>
            <p className="quiet">{words.lines(data.lines_added, data.lines_removed)}</p>
            {changed.length === 0 && <p>{words.noChange}</p>}
            {changed.map((section) => (
              <section key={section.title} aria-label={section.title}>
                <h3>
                  {section.title}{" "}
                  {section.change === "added" && <span className="chip completed">{words.added}</span>}
                  {section.change === "removed" && <span className="chip failed">{words.removed}</span>}
                </h3>
                <pre className="diff" tabIndex={0}>
                  {diffLines(section.diff).map((line, index) => (
                    <span key={index} className={line.kind}>
                      {line.kind === "added" ? "+ " : line.kind === "removed" ? "− " : "  "}
                      {line.text}
                      {"\n"}
                    </span>
                  ))}
                </pre>
              </section>
            ))}
          </>
        );
      }}
    </Shown>
  );
}
