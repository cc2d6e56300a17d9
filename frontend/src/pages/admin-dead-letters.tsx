/** Dead letters, grouped by what they died of, and trying them again. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Link } from "wouter";
import { ask, type DeadLetterGroup } from "../api/client";
import { useFormats, usePageWords, useWords } from "../i18n/language";
import { operationsWords } from "../i18n/pages/operations";
import { keys } from "../live/tasks";
import { useApi } from "../session/context";
import { Window } from "../ui/dialog";
import { Panel } from "../ui/page";
import { Empty, Refusal, Shown } from "../ui/states";

const MOST = 100; // of one request

interface Wanted {
  count: number;
  task_func?: string;
  code?: string;
}

export function DeadLetters(): ReactNode {
  const words = usePageWords(operationsWords);
  const api = useApi();
  const cache = useQueryClient();
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const letters = useQuery({
    queryKey: keys.deadLetters,
    queryFn: () => ask(api.GET("/api/v1/async-tasks/dead-letters")),
  });
  const redrive = useMutation({
    mutationFn: ({ count, ...filter }: Wanted) =>
      ask(api.POST("/api/v1/async-tasks/dead-letters/redrive", { body: { ...filter, limit: Math.min(count, MOST) } })),
    onSuccess: () => setWanted(null),
    onSettled: () => {
      for (const key of [keys.deadLetters, keys.tasks]) void cache.invalidateQueries({ queryKey: key });
    },
  });
  const { data: done } = redrive;
  return (
    <Panel
      title={words.dead}
      actions={
        letters.data && letters.data.total > 0 ? (
          <Button className="button" onPress={() => setWanted({ count: letters.data.total })}>
            {words.redriveAll}
          </Button>
        ) : undefined
      }
    >
      <p className="quiet">{words.deadHint}</p>
      {done && (
        <p className="notice" role="status">
          {words.redriven(done.redriven)}{" "}
          {done.refused.length > 0 &&
            words.refused(done.refused.length, [...new Set(done.refused.map((one) => one.code))].join(", "))}
        </p>
      )}
      <Shown query={letters}>
        {(data) =>
          data.groups.length === 0 ? (
            <Empty title={words.none} hint={words.noneHint} />
          ) : (
            <ul className="plain-list">
              {data.groups.map((group) => (
                <Group
                  key={`${group.task_func} ${group.code} ${group.kind}`}
                  group={group}
                  onRedrive={() => setWanted({ count: group.count, task_func: group.task_func, code: group.code })}
                />
              ))}
            </ul>
          )
        }
      </Shown>
      <Window
        title={wanted ? words.redriveAsk(Math.min(wanted.count, MOST)) : ""}
        isOpen={wanted !== null}
        onClose={() => setWanted(null)}
        role="alertdialog"
      >
        <p>{words.redriveHint}</p>
        <Refusal error={redrive.error} />
        <div className="actions">
          <Button className="button" onPress={() => setWanted(null)}>
            {words.close}
          </Button>
          <Button className="button primary" isPending={redrive.isPending} onPress={() => wanted && redrive.mutate(wanted)}>
            {words.redrive}
          </Button>
        </div>
      </Window>
    </Panel>
  );
}

function Group({ group, onRedrive }: { group: DeadLetterGroup; onRedrive: () => void }): ReactNode {
  const words = usePageWords(operationsWords);
  const { tasks } = useWords();
  const { ago } = useFormats();
  return (
    <li className="card dead">
      <h3>{group.title || group.code}</h3>
      <p className="meta quiet">
        <span className="chip failed">{words.count(group.count)}</span>
        <span>{tasks.type[group.task_func] ?? group.task_func.replaceAll("_", " ")}</span>
        <code>{group.code}</code>
        <span>{words.when(ago(group.first_at), ago(group.last_at))}</span>
        <span className="spring" />
        <Button className="button small" onPress={onRedrive}>
          {words.redrive}
        </Button>
      </p>
      <details>
        <summary>{words.tasks}</summary>
        <ul>
          {group.task_ids.map((id) => (
            <li key={id}>
              <Link href={`/tasks/${id}`}>{id}</Link>
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}
