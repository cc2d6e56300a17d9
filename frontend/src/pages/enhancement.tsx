/** The changes that were proposed, each with its reason and its cost, to be accepted or rejected. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Link } from "wouter";
import { ask, type EnhancementHunk, type EnhancementState } from "../api/client";
import { useFormats, usePageWords } from "../i18n/language";
import { enhanceWords } from "../i18n/pages/enhance";
import { FINAL } from "../live/tasks";
import { useApi } from "../session/context";
import { Icon } from "../ui/icon";
import { Page, Panel } from "../ui/page";
import { Empty, Refusal, Shown } from "../ui/states";
import { download, fileName } from "./export";
import { useTask } from "./task-queries";
import { Underway } from "./underway";

const keyOf = (id: string): readonly string[] => ["enhancement", id];

export default function Enhancement({ id }: { id: string }): ReactNode {
  const words = usePageWords(enhanceWords);
  const api = useApi();
  const task = useTask(id);
  const over = task.data ? FINAL.has(task.data.status) : false;
  const state = useQuery({
    queryKey: [...keyOf(id), over],
    queryFn: () => ask(api.GET("/api/v1/enhancements/{task_id}", { params: { path: { task_id: id } } })),
    enabled: task.data !== undefined && task.data.status !== "queued",
    refetchInterval: over ? false : 5_000, // hunks are no notifications of their own
    placeholderData: (before) => before,
  });
  return (
    <Page
      title={state.data?.title ?? words.title}
      above={
        <Link className="back" href="/enhance">
          <Icon name="back" />
          {words.back}
        </Link>
      }
      actions={
        state.data && (
          <Button
            className="button"
            onPress={() =>
              download(new Blob([state.data.content], { type: "text/markdown;charset=utf-8" }), fileName(state.data.title, "md"))
            }
          >
            {words.take}
          </Button>
        )
      }
    >
      {task.data && !over && (
        <Panel>
          <p className="quiet">{words.running}</p>
          <Underway task={task.data} usual={null} />
        </Panel>
      )}
      {task.data?.status !== "queued" && <Shown query={state}>{(data) => <Hunks id={id} state={data} over={over} />}</Shown>}
    </Page>
  );
}

function Hunks({ id, state, over }: { id: string; state: EnhancementState; over: boolean }): ReactNode {
  const words = usePageWords(enhanceWords);
  return (
    <div className="reading">
      <div className="talk">
        <p className="quiet" role="status">
          {words.counts(state.accepted, state.rejected, state.pending)}
        </p>
        {state.hunks.length === 0 && over && <Empty title={words.noHunks} hint={words.noHunksHint} />}
        <ol className="talk">
          {state.hunks.map((hunk) => (
            <Hunk key={hunk.hunk_id} id={id} hunk={hunk} />
          ))}
        </ol>
        {state.dropped.length > 0 && (
          <details>
            <summary>{words.dropped(state.dropped.length)}</summary>
            <ul>
              {state.dropped.map((one) => (
                <li key={one.hunk_id}>
                  {one.why}: <q>{one.after.slice(0, 200)}</q>
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
      <aside>
        <Panel title={words.result}>
          <pre className="diff" tabIndex={0}>
            {state.content}
          </pre>
        </Panel>
      </aside>
    </div>
  );
}

function Hunk({ id, hunk }: { id: string; hunk: EnhancementHunk }): ReactNode {
  const words = usePageWords(enhanceWords);
  const { money } = useFormats();
  const api = useApi();
  const cache = useQueryClient();
  const decide = useMutation({
    mutationFn: (decision: "accept" | "reject") =>
      ask(
        api.POST("/api/v1/enhancements/{task_id}/hunks/{hunk_id}", {
          params: { path: { task_id: id, hunk_id: hunk.hunk_id } },
          body: { decision },
        }),
      ),
    onSuccess: (state) => cache.setQueriesData<EnhancementState>({ queryKey: keyOf(id) }, state),
  });
  return (
    <li className="card hunk" aria-label={words.hunk(hunk.hunk_id)}>
      <p className="passage">
        {hunk.before && <del>{hunk.before}</del>} {hunk.after && <ins>{hunk.after}</ins>}
      </p>
      {hunk.reason && <p className="quiet">{hunk.reason}</p>}
      <Refusal error={decide.error} />
      <p className="meta">
        {hunk.decision && (
          <span className={`chip ${hunk.decision === "accept" ? "completed" : "failed"}`}>
            {hunk.decision === "accept" ? words.accepted : words.rejected}
          </span>
        )}
        <span className="quiet">{words.cost(money(hunk.cost))}</span>
        <span className="spring" />
        {(["reject", "accept"] as const).map((decision) => (
          <Button
            key={decision}
            className="button small"
            aria-pressed={hunk.decision === decision}
            isPending={decide.isPending && decide.variables === decision}
            onPress={() => decide.mutate(decision)}
          >
            {words[decision]}
          </Button>
        ))}
      </p>
    </li>
  );
}
