import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Link } from "wouter";
import type { TaskDetails } from "../api/client";
import { useFormats, useWords } from "../i18n/language";
import { typicalSeconds } from "../live/estimate";
import { Choice } from "../ui/fields";
import { Page } from "../ui/page";
import { Empty, Failed, Loading } from "../ui/states";
import { Older } from "./older";
import { titleOf, typeName, useTasks, type Status } from "./task-queries";
import { Underway } from "./underway";

const COLUMNS: { id: string; of: Status[] }[] = [
  { id: "queued", of: ["queued"] },
  { id: "running", of: ["running"] },
  { id: "completed", of: ["completed"] },
  { id: "failed", of: ["failed", "cancelled", "dead"] },
];
const RANK: Record<string, number> = { urgent: 0, high: 1, normal: 2, low: 3 };

export default function Tasks(): ReactNode {
  const words = useWords();
  const [view, setView] = useState<"board" | "list">("board");
  const [status, setStatus] = useState<Status | "all">("all");
  const query = useTasks(view === "list" && status !== "all" ? status : undefined);
  const { tasks, counts } = query.data ?? { tasks: [], counts: {} };
  return (
    <Page
      title={words.tasks.title}
      intro={words.tasks.intro}
      actions={
        <div className="segments" role="group" aria-label={words.tasks.view}>
          {(["board", "list"] as const).map((one) => (
            <Button key={one} className="button" aria-pressed={view === one} onPress={() => setView(one)}>
              {words.tasks[one]}
            </Button>
          ))}
        </div>
      }
    >
      {!query.data ? (
        query.error ? (
          <Failed error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <Loading />
        )
      ) : tasks.length === 0 && status === "all" ? (
        <Empty title={words.tasks.empty} hint={words.tasks.emptyHint}>
          <Link className="button primary" href="/documents">
            {words.documents.write}
          </Link>
        </Empty>
      ) : view === "board" ? (
        <Board tasks={tasks} counts={query.hasOlder ? counts : {}} />
      ) : (
        <>
          <Choice
            label={words.tasks.filter}
            value={status}
            onChange={setStatus}
            options={{ all: words.tasks.all, ...words.tasks.status }}
          />
          <List tasks={tasks} />
        </>
      )}
      <Older tasks={query} />
    </Page>
  );
}

/** `counts`: of all tasks, while not all of them are here; the socket moves those that are. */
function Board({ tasks, counts }: { tasks: TaskDetails[]; counts: Record<string, number> }): ReactNode {
  const words = useWords();
  const usual = useMemo(
    () => Object.fromEntries([...new Set(tasks.map((task) => task.task_func))].map((type) => [type, typicalSeconds(tasks, type)])),
    [tasks],
  );
  return (
    <div className="board">
      {COLUMNS.map(({ id, of }) => {
        const inColumn = tasks.filter((task) => (of as string[]).includes(task.status));
        if (id === "queued") inColumn.sort((a, b) => (RANK[a.priority] ?? 2) - (RANK[b.priority] ?? 2));
        const count = of.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
        return (
          <section key={id} className="column" aria-labelledby={`column-${id}`}>
            <h2 id={`column-${id}`}>
              {id === "failed" ? `${words.tasks.status.failed}, ${words.tasks.status.cancelled?.toLowerCase()}` : words.tasks.status[id]}
              <span className="count">{Math.max(count, inColumn.length)}</span>
            </h2>
            {inColumn.length === 0 ? (
              <p className="quiet">{words.tasks.none}</p>
            ) : (
              <Cards tasks={inColumn} usual={usual} label={`column-${id}`} />
            )}
          </section>
        );
      })}
    </div>
  );
}

/** A column's cards; only those that are in sight are in the page. */
function Cards({ tasks, usual, label }: { tasks: TaskDetails[]; usual: Record<string, number | null>; label: string }): ReactNode {
  const box = useRef<HTMLUListElement>(null);
  const rows = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => box.current,
    estimateSize: () => 104,
    getItemKey: (index) => tasks[index]!.task_id,
    overscan: 6,
    gap: 8,
  });
  return (
    <ul className="cards" ref={box} tabIndex={0} aria-labelledby={label}>
      <li aria-hidden="true" role="presentation" style={{ height: rows.getTotalSize() }} />
      {rows.getVirtualItems().map((row) => {
        const task = tasks[row.index]!;
        return (
          <li key={row.key} data-index={row.index} ref={rows.measureElement} style={{ transform: `translateY(${row.start}px)` }}>
            <Card task={task} usual={usual[task.task_func] ?? null} />
          </li>
        );
      })}
    </ul>
  );
}

function Card({ task, usual }: { task: TaskDetails; usual: number | null }): ReactNode {
  const words = useWords();
  const { money, ago } = useFormats();
  const title = titleOf(task, words);
  return (
    <article className={`card ${task.status}`}>
      <h3>
        <Link href={`/tasks/${task.task_id}`}>{title}</Link>
      </h3>
      <p className="quiet meta">
        {typeName(task, words)}
        {task.priority !== "normal" && <span className={`chip ${task.priority}`}>{words.tasks.priority[task.priority]}</span>}
        <span className="spring" />
        <time dateTime={task.created_at}>{ago(task.created_at)}</time>
      </p>
      {(task.status === "running" || task.status === "queued") && <Underway task={task} usual={usual} />}
      {task.status === "completed" && <p className="meta">{money(task.cost)}</p>}
      {task.status === "cancelled" && <p className="meta">{words.tasks.cancelled}</p>}
      {(task.status === "failed" || task.status === "dead") && <p className="meta bad">{String(task.error?.detail ?? task.error?.code ?? "")}</p>}
    </article>
  );
}

/** All tasks as rows, as many as there are; only those that are in sight are in the page. */
export function List({ tasks }: { tasks: TaskDetails[] }): ReactNode {
  const words = useWords();
  const { money, ago } = useFormats();
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: tasks.length, getScrollElement: () => box.current, estimateSize: () => 48, overscan: 10 });
  return (
    <div className="rows" ref={box} role="table" aria-label={words.tasks.title} aria-rowcount={tasks.length} tabIndex={0}>
      <div role="rowgroup" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => {
          const task = tasks[row.index]!;
          return (
            <div
              key={task.task_id}
              className="row"
              role="row"
              aria-rowindex={row.index + 1}
              style={{ transform: `translateY(${row.start}px)` }}
            >
              <span role="cell" className="grow">
                <Link href={`/tasks/${task.task_id}`}>{titleOf(task, words)}</Link>
              </span>
              <span role="cell">
                <span className={`chip ${task.status}`}>{words.tasks.status[task.status] ?? task.status}</span>
              </span>
              <span role="cell" className="number only-wide">
                {money(task.cost)}
              </span>
              <span role="cell" className="quiet only-wide">
                {ago(task.created_at)}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
