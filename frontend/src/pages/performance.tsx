/** How the system works now: health, times, caches, queue, socket, database, and the last load test. */

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components/Tabs";
import { ask } from "../api/client";
import { useFormats, usePageWords, useWords } from "../i18n/language";
import { performanceWords } from "../i18n/pages/performance";
import { useLive } from "../live/live";
import { useApi, useIsAdmin } from "../session/context";
import { Fact, Page, Panel } from "../ui/page";
import { Shown } from "../ui/states";
import { Table } from "../ui/table";
import { Caches, Database } from "./performance-stores";
import { LastReport } from "./performance-report";

const EVERY = 30_000;

export default function Performance(): ReactNode {
  const words = usePageWords(performanceWords);
  const isAdmin = useIsAdmin();
  return (
    <Page title={words.title} intro={words.intro}>
      <Tabs className="tabs">
        <TabList className="tab-list" aria-label={words.title}>
          <Tab id="now">{words.health}</Tab>
          <Tab id="caches">{words.caches}</Tab>
          {isAdmin && <Tab id="database">{words.database}</Tab>}
          <Tab id="report">{words.report}</Tab>
        </TabList>
        <TabPanel id="now">
          <div className="halves">
            <Health />
            <Score />
            <Queue />
            <Socket />
          </div>
        </TabPanel>
        <TabPanel id="caches">
          <Caches />
        </TabPanel>
        {isAdmin && (
          <TabPanel id="database">
            <Database />
          </TabPanel>
        )}
        <TabPanel id="report">
          <LastReport />
        </TabPanel>
      </Tabs>
    </Page>
  );
}

function Health(): ReactNode {
  const words = usePageWords(performanceWords);
  const { number } = useFormats();
  const api = useApi();
  const health = useQuery({
    queryKey: ["performance", "health"],
    queryFn: () => ask(api.GET("/api/v1/performance/system/health")),
    refetchInterval: EVERY,
  });
  return (
    <Panel title={words.health}>
      <Shown query={health}>
        {(data) => (
          <>
            <p>
              <span className={`chip ${data.status}`}>{words.states[data.status]}</span>
            </p>
            <ul className="plain-list">
              {Object.entries(data.components).map(([name, one]) => (
                <li key={name} className="meta">
                  <strong>{name.replaceAll("_", " ")}</strong>
                  <span className={`chip ${one.status}`}>{words.states[one.status]}</span>
                  <span className="spring" />
                  <span className="number">{number(one.latency_ms, 1)} ms</span>
                  {one.detail && one.status !== "healthy" && <span className="bad">{one.detail}</span>}
                </li>
              ))}
            </ul>
          </>
        )}
      </Shown>
    </Panel>
  );
}

function Score(): ReactNode {
  const words = usePageWords(performanceWords);
  const { number } = useFormats();
  const api = useApi();
  const summary = useQuery({
    queryKey: ["performance", "summary"],
    queryFn: () => ask(api.GET("/api/v1/performance/metrics/summary", { params: { query: { minutes: 15 } } })),
    refetchInterval: EVERY,
  });
  const times = ["latency_p50_ms", "latency_p95_ms", "latency_p99_ms"];
  return (
    <Panel title={words.score}>
      <Shown query={summary}>
        {(data) => (
          <>
            <p className="large">
              {data.score === null ? words.notMeasured : `${number(data.score)} · ${words.grade(data.grade ?? "")}`}
            </p>
            <p className="quiet">{words.scoreHint(data.minutes)}</p>
            <dl className="facts">
              {times.map((name) => (
                <Fact key={name} name={`${words.latency}, ${name.slice(8, 11)}`}>
                  {typeof data.metrics[name] === "number" ? `${number(data.metrics[name], 1)} ms` : words.notMeasured}
                </Fact>
              ))}
            </dl>
            <Table
              label={words.score}
              columns={[words.aspect, words.value, words.target, words.points]}
              rows={data.points.map((one) => [
                one.aspect.replaceAll("_", " "),
                one.value === null ? words.notMeasured : `${number(one.value, 1)} ${one.unit}`,
                `${number(one.target, 1)} ${one.unit}`,
                one.value === null ? "–" : `${number(one.of - one.points, 1)} / ${one.of}`,
              ])}
            />
          </>
        )}
      </Shown>
    </Panel>
  );
}

function Queue(): ReactNode {
  const words = usePageWords(performanceWords);
  const { tasks } = useWords();
  const { number, seconds } = useFormats();
  const api = useApi();
  const queue = useQuery({
    queryKey: ["performance", "queue"],
    queryFn: () => ask(api.GET("/api/v1/async-tasks/queue/stats")),
    refetchInterval: EVERY,
  });
  return (
    <Panel title={words.queue}>
      <Shown query={queue}>
        {(data) => (
          <>
            <dl className="facts">
              <Fact name={words.waiting}>{number(data.depth)}</Fact>
              <Fact name={words.running}>{number(data.running)}</Fact>
              <Fact name={words.scheduled}>{number(data.scheduled)}</Fact>
              <Fact name={words.oldest}>{seconds(data.oldest_age)}</Fact>
              <Fact name={words.rate}>{number(data.rate_per_minute, 1)}</Fact>
              <Fact name={words.drains}>{data.seconds_to_drain === null ? "–" : seconds(data.seconds_to_drain)}</Fact>
              {typeof data.dead_letters === "number" && <Fact name={words.deadLetters}>{number(data.dead_letters)}</Fact>}
            </dl>
            {data.by_type && Object.keys(data.by_type).length > 0 && (
              <Table
                label={words.queue}
                columns={["", words.waiting, words.running, words.rate]}
                rows={Object.entries(data.by_type).map(([type, one]) => [
                  tasks.type[type] ?? type.replaceAll("_", " "),
                  number(one.depth),
                  number(one.running),
                  number(one.rate_per_minute, 1),
                ])}
              />
            )}
          </>
        )}
      </Shown>
    </Panel>
  );
}

function Socket(): ReactNode {
  const words = usePageWords(performanceWords);
  const { notifications } = useWords();
  const { number } = useFormats();
  const live = useLive();
  return (
    <Panel title={words.socket}>
      <p>
        <span className={`dot ${live.connection}`}>{notifications[live.connection]}</span>
      </p>
      <p className="quiet">{live.connection === "live" ? notifications.liveHint : notifications.connectingHint}</p>
      <dl className="facts">
        <Fact name={words.resumed}>{number(live.resumed)}</Fact>
        <Fact name={notifications.title}>{number(live.notifications.length)}</Fact>
      </dl>
    </Panel>
  );
}
