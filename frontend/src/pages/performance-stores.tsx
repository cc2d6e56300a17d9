/** What the cache and the database do. */

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ask } from "../api/client";
import { useFormats, usePageWords } from "../i18n/language";
import { performanceWords } from "../i18n/pages/performance";
import { useApi } from "../session/context";
import { Fact, Panel } from "../ui/page";
import { Shown } from "../ui/states";
import { Table } from "../ui/table";

const MIB = 1024 * 1024;

export function Caches(): ReactNode {
  const words = usePageWords(performanceWords);
  const { number, percent } = useFormats();
  const api = useApi();
  const caches = useQuery({
    queryKey: ["performance", "caches"],
    queryFn: () => ask(api.GET("/api/v1/performance/cache/stats")),
    refetchInterval: 60_000,
  });
  const rate = (value: number | null): string => (value === null ? words.notMeasured : percent(value));
  return (
    <Panel title={words.caches}>
      <Shown query={caches}>
        {(data) => (
          <>
            <dl className="facts">
              <Fact name={words.hitRate}>{rate(data.hit_rate)}</Fact>
              <Fact name={words.hits}>{number(data.hits)}</Fact>
              <Fact name={words.misses}>{number(data.misses)}</Fact>
              <Fact name={words.memory}>
                {data.memory_bytes === null ? words.notMeasured : `${number(data.memory_bytes / MIB, 1)} MiB`}
              </Fact>
            </dl>
            <Table
              label={words.caches}
              columns={["", words.hitRate, words.hits, words.misses, words.keys, words.size]}
              rows={Object.entries(data.namespaces).map(([name, one]) => [
                name.replaceAll("_", " "),
                rate(one.hit_rate),
                number(one.hits),
                number(one.misses),
                number(one.keys),
                `${number(one.bytes / 1024, 1)} KiB`,
              ])}
            />
          </>
        )}
      </Shown>
    </Panel>
  );
}

export function Database(): ReactNode {
  const words = usePageWords(performanceWords);
  const { number, percent } = useFormats();
  const api = useApi();
  const database = useQuery({
    queryKey: ["performance", "database"],
    queryFn: () => ask(api.GET("/api/v1/performance/database/stats")),
    refetchInterval: 120_000,
  });
  const ms = (value: number | null): string => (value === null ? words.notMeasured : `${number(value, 1)} ms`);
  return (
    <Shown query={database}>
      {(data) => (
        <>
          <Panel title={words.database}>
            <dl className="facts">
              <Fact name={words.connections}>{`${number(data.pool.open)} / ${number(data.pool.most)}`}</Fact>
              <Fact name={words.statement}>{ms(data.mean_statement_ms)}</Fact>
              <Fact name={words.inMemory}>
                {data.pages_in_memory_percent === null ? words.notMeasured : percent(data.pages_in_memory_percent)}
              </Fact>
              <Fact name={words.deadlocks}>{number(data.deadlocks)}</Fact>
              <Fact name={words.size}>{`${number(data.size_bytes / MIB, 1)} MiB`}</Fact>
            </dl>
            <Table
              label={words.route}
              columns={[words.route, words.requests, words.failed, "p50", "p95", words.perRequest]}
              rows={data.by_route.map((one) => [
                <code key="route">{one.route}</code>,
                number(one.requests),
                number(one.failed),
                ms(one.p50_ms),
                ms(one.p95_ms),
                number(one.statements, 1),
              ])}
            />
          </Panel>
          <Panel title={words.tables}>
            <Table
              label={words.tables}
              columns={[words.table, words.rows, words.size, words.scans]}
              rows={data.tables.map((one) => [
                one.table,
                number(one.rows),
                `${number(one.size_bytes / 1024)} KiB`,
                number(one.sequential_scans),
              ])}
            />
          </Panel>
        </>
      )}
    </Shown>
  );
}
