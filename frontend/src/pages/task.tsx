import type { ReactNode } from "react";
import { Link } from "wouter";
import type { TaskDetails } from "../api/client";
import { useFormats, useWords } from "../i18n/language";
import { FINAL } from "../live/tasks";
import { Icon } from "../ui/icon";
import { Markdown } from "../ui/markdown";
import { Fact, Page, Panel } from "../ui/page";
import { Shown } from "../ui/states";
import { savedOf } from "./cancel";
import { RetryTask } from "./retry";
import { titleOf, typeName, useTask } from "./task-queries";
import { Underway } from "./underway";

export default function Task({ id }: { id: string }): ReactNode {
  const query = useTask(id);
  return <Shown query={query}>{(task) => <Details task={task} />}</Shown>;
}

function Details({ task }: { task: TaskDetails }): ReactNode {
  const words = useWords();
  const { money, moment, seconds } = useFormats();
  const saved = savedOf(task);
  const isDocument = task.status === "completed" && typeof task.result?.rfc_content === "string";
  const took =
    task.started_at && task.finished_at
      ? (new Date(task.finished_at).getTime() - new Date(task.started_at).getTime()) / 1000
      : null;
  return (
    <Page
      title={titleOf(task, words)}
      above={
        <Link className="back" href="/tasks">
          <Icon name="back" />
          {words.tasks.back}
        </Link>
      }
      actions={
        isDocument ? (
          <Link className="button primary" href={`/documents/${task.task_id}`}>
            {words.tasks.read}
          </Link>
        ) : task.task_func === "llm_enhance_document" ? (
          <Link className="button primary" href={`/enhance/${task.task_id}`}>
            {words.app.enhance}
          </Link>
        ) : (
          <RetryTask task={task} />
        )
      }
    >
      <Panel>
        <p className="meta">
          <span className={`chip ${task.status}`}>{words.tasks.status[task.status] ?? task.status}</span>
          {typeName(task, words)}
        </p>
        {!FINAL.has(task.status) && <Underway task={task} usual={null} />}
        {saved && (
          <p className="notice" role="status">
            {words.tasks.savedWords(money(saved.saved), money(saved.cost))}
          </p>
        )}
        {task.error && (
          <div className="refusal" role="alert">
            <strong>{words.tasks.why}</strong>
            <p>{String(task.error.detail ?? task.error.code ?? "")}</p>
          </div>
        )}
        <dl className="facts">
          <Fact name={words.tasks.priorityLabel}>{words.tasks.priority[task.priority] ?? task.priority}</Fact>
          <Fact name={words.tasks.created}>{moment(task.created_at)}</Fact>
          {took !== null && <Fact name={words.tasks.took}>{seconds(took)}</Fact>}
          {task.attempts > 1 && <Fact name={words.tasks.attempts}>{task.attempts}</Fact>}
          <Fact name={words.tasks.held}>{money(task.held)}</Fact>
          <Fact name={words.tasks.cost}>{money(task.cost)}</Fact>
          {saved && <Fact name={words.tasks.saved}>{money(saved.saved)}</Fact>}
          {task.retry_of && (
            <Fact name={words.tasks.retryOf}>
              <Link href={`/tasks/${task.retry_of}`}>{words.tasks.open}</Link>
            </Fact>
          )}
        </dl>
      </Panel>
      <Panel title={words.tasks.arguments}>
        <dl className="facts">
          {Object.entries(task.task_args)
            .filter(([, value]) => value !== null && value !== "" && !(Array.isArray(value) && value.length === 0))
            .map(([name, value]) => (
              <Fact key={name} name={name.replaceAll("_", " ")}>
                {typeof value === "object" ? JSON.stringify(value) : String(value)}
              </Fact>
            ))}
        </dl>
      </Panel>
      {task.result && !isDocument && !saved && (
        <Panel title={words.tasks.result}>
          {typeof task.result.content === "string" && task.result.output_format === "md" ? (
            <div className="said">
              <Markdown text={task.result.content} />
            </div>
          ) : (
            <pre tabIndex={0}>{JSON.stringify(task.result, null, 2)}</pre>
          )}
        </Panel>
      )}
    </Page>
  );
}
