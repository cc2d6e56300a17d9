import { useState, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Link } from "wouter";
import type { TaskDetails } from "../api/client";
import { useFormats, useWords } from "../i18n/language";
import { FINAL } from "../live/tasks";
import { Icon } from "../ui/icon";
import { Page, Panel } from "../ui/page";
import { Empty, Failed, Loading } from "../ui/states";
import { Older } from "./older";
import { titleOf, useTasks } from "./task-queries";
import { Underway } from "./underway";
import { WriteDocument } from "./write-document";

export default function Documents(): ReactNode {
  const words = useWords();
  const query = useTasks();
  const [writing, setWriting] = useState(false);
  const tasks = (query.data?.tasks ?? []).filter((task) => task.task_func === "llm_generate_rfc");
  const running = tasks.filter((task) => !FINAL.has(task.status));
  const finished = tasks.filter((task) => task.status === "completed");
  const write = (
    <Button className="button primary" onPress={() => setWriting(true)}>
      <Icon name="plus" />
      {words.documents.write}
    </Button>
  );
  const upload = (
    <Link className="button" href="/search">
      <Icon name="upload" />
      {words.documents.upload}
    </Link>
  );
  return (
    <Page title={words.documents.title} intro={words.documents.intro} actions={
        <>
          {upload}
          <Link className="button" href="/dialogue">
            <Icon name="ask" />
            {words.documents.dialogue}
          </Link>
          {write}
        </>
      }>
      <WriteDocument isOpen={writing} onClose={() => setWriting(false)} />
      {!query.data ? (
        query.error ? (
          <Failed error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <Loading />
        )
      ) : running.length + finished.length === 0 ? (
        <Empty title={words.documents.empty} hint={words.documents.emptyHint} />
      ) : (
        <>
          {running.length > 0 && (
            <Panel title={words.documents.running}>
              <ul className="plain-list">
                {running.map((task) => (
                  <li key={task.task_id} className="card">
                    <h3>
                      <Link href={`/tasks/${task.task_id}`}>{titleOf(task, words)}</Link>
                    </h3>
                    <Underway task={task} usual={null} />
                  </li>
                ))}
              </ul>
            </Panel>
          )}
          {finished.length > 0 && (
            <section aria-label={words.documents.finished}>
              <ul className="shelf">
                {finished.map((task) => (
                  <Finished key={task.task_id} task={task} />
                ))}
              </ul>
              <Older tasks={query} />
            </section>
          )}
        </>
      )}
    </Page>
  );
}

function Finished({ task }: { task: TaskDetails }): ReactNode {
  const words = useWords();
  const { ago, money } = useFormats();
  const sources = Array.isArray(task.result?.sources_used) ? task.result.sources_used.length : null;
  const count = typeof task.result?.word_count === "number" ? task.result.word_count : null;
  return (
    <li className="card sheet">
      <h2>
        <Link href={`/documents/${task.task_id}`}>{titleOf(task, words)}</Link>
      </h2>
      <p className="quiet meta">
        {count !== null && <span>{words.documents.words(count)}</span>}
        {sources !== null && <span>{words.documents.sourcesCount(sources)}</span>}
        <span>{money(task.cost)}</span>
        <span className="spring" />
        <time dateTime={task.created_at}>{ago(task.created_at)}</time>
      </p>
    </li>
  );
}
