/** The last load test and the last comparison of two commits, which lie beside the console as a file. */

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { reach } from "../api/client";
import { useFormats, usePageWords } from "../i18n/language";
import { performanceWords } from "../i18n/pages/performance";
import { Fact, Panel } from "../ui/page";
import { Empty, Shown } from "../ui/states";
import { Table } from "../ui/table";

interface Stage {
  name: string;
  users: number;
  all: { count?: number; rate?: number; errors?: number; p50_ms?: number | null; p95_ms?: number | null };
}

interface Reports {
  run: { commit: string; at: string; breaks: string; score: { grade: string; points: number }; stages: Stage[] } | null;
  comparison: {
    a: string;
    b: string;
    at: string;
    verdicts: Record<string, number>;
    comparisons: { operation: string; quantile: string; verdict: string; low: number | null; high: number | null }[];
  } | null;
}

/** Where nobody has put a report, some servers answer with the console itself. */
async function readReports(): Promise<Reports> {
  const answer = await reach(() => fetch("/perf.json", { cache: "no-store" }));
  if (!answer.ok || !answer.headers.get("content-type")?.includes("json")) return { run: null, comparison: null };
  return (await answer.json()) as Reports;
}

export function LastReport(): ReactNode {
  const words = usePageWords(performanceWords);
  const { number, moment, percent } = useFormats();
  const reports = useQuery({ queryKey: ["performance", "report"], queryFn: readReports });
  const ms = (value: number | null | undefined): string => (value == null ? words.notMeasured : `${number(value)} ms`);
  const verdict = (name: string): string => words.verdicts[name] ?? words.verdicts.unknown ?? name;
  return (
    <Shown query={reports}>
      {({ run, comparison }) => (
        <>
          {run ? (
            <Panel title={words.report}>
              <p className="quiet">{words.reportOf(run.commit, moment(run.at))}</p>
              <p className="large">{`${words.grade(run.score.grade)} · ${number(run.score.points, 1)}`}</p>
              {run.breaks && <p>{run.breaks}</p>}
              <Table
                label={words.report}
                columns={["", words.requests, words.errors, "p50", "p95"]}
                rows={run.stages.map(({ name, all }) => [
                  name,
                  number(all.count ?? 0),
                  number(all.errors ?? 0),
                  ms(all.p50_ms),
                  ms(all.p95_ms),
                ])}
              />
            </Panel>
          ) : (
            <Empty title={words.noReport} hint={words.noReportHint} />
          )}
          <Panel title={words.comparison}>
            {comparison ? (
              <>
                <p className="quiet">{`${comparison.a} → ${comparison.b}, ${moment(comparison.at)}`}</p>
                <dl className="facts">
                  {Object.entries(comparison.verdicts).map(([name, count]) => (
                    <Fact key={name} name={verdict(name)}>
                      {number(count)}
                    </Fact>
                  ))}
                </dl>
                <Table
                  label={words.comparison}
                  words={2}
                  columns={[words.operation, words.verdict, "", "%"]}
                  rows={comparison.comparisons.map((one) => [
                    one.operation,
                    verdict(one.verdict),
                    one.quantile,
                    one.low === null || one.high === null
                      ? "–"
                      : words.between(percent((one.low - 1) * 100), percent((one.high - 1) * 100)),
                  ])}
                />
              </>
            ) : (
              <p className="quiet">{words.noComparison}</p>
            )}
          </Panel>
        </>
      )}
    </Shown>
  );
}
