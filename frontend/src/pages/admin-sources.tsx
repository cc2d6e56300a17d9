/** Sources of documents: what is read and when, adding one with a real connection, reading it now, deleting it. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Link } from "wouter";
import { ask, Problem, type ListedSource, type NewSource } from "../api/client";
import { useFormats, useWords } from "../i18n/language";
import { keys } from "../live/tasks";
import { useApi } from "../session/context";
import { Window } from "../ui/dialog";
import { Choice, Field } from "../ui/fields";
import { Panel } from "../ui/page";
import { Refusal, Shown } from "../ui/states";
import { configOf, settingsOf } from "./source-settings";

type Kind = NewSource["source_type"];
type Schedule = NonNullable<NewSource["schedule"]>;

export function Sources(): ReactNode {
  const { sources } = useWords();
  const api = useApi();
  const [adding, setAdding] = useState(false);
  const query = useQuery({
    queryKey: keys.sources,
    queryFn: () => ask(api.GET("/api/v1/sources", { params: { query: { include_disabled: true } } })),
  });
  const configured = query.data?.sources.filter((one) => one.source_type !== "upload") ?? [];
  return (
    <Panel
      title={sources.title}
      actions={
        <Button className="button primary" onPress={() => setAdding(true)}>
          {sources.add}
        </Button>
      }
    >
      <Shown query={query}>
        {() =>
          configured.length === 0 ? (
            <p className="quiet">{sources.none}</p>
          ) : (
            <ul className="plain-list">
              {configured.map((one) => (
                <Source key={one.source_id} source={one} />
              ))}
            </ul>
          )
        }
      </Shown>
      <Window title={sources.add} isOpen={adding} onClose={() => setAdding(false)}>
        <AddSource onClose={() => setAdding(false)} />
      </Window>
    </Panel>
  );
}

function Source({ source }: { source: ListedSource }): ReactNode {
  const words = useWords();
  const { ago, number } = useFormats();
  const api = useApi();
  const cache = useQueryClient();
  const [deleting, setDeleting] = useState(false);
  const changed = (): Promise<void> => cache.invalidateQueries({ queryKey: keys.sources });
  const sync = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/sync", { body: { source_ids: [source.source_id] } })),
    onSuccess: changed,
  });
  const remove = useMutation({
    mutationFn: () => ask(api.DELETE("/api/v1/sources/{source_id}", { params: { path: { source_id: source.source_id } } })),
    onSuccess: changed,
  });
  const run = source.last_sync;
  return (
    <li className="card">
      <p className="meta">
        <strong>{source.name}</strong>
        <span className="chip">{source.source_type}</span>
        {!source.is_enabled && <span className="chip">{words.sources.off}</span>}
        <span className="quiet">{words.sources.documents(source.documents)}</span>
        <span className="quiet">{words.sources.schedules[source.schedule] ?? source.schedule}</span>
        <span className="spring" />
        <Button className="button small" isPending={sync.isPending} onPress={() => sync.mutate()}>
          {words.sources.sync}
        </Button>
        <Button className="button small danger" onPress={() => setDeleting(true)}>
          {words.sources.remove}
        </Button>
      </p>
      <p className="meta">
        {run ? (
          <>
            <span className={`chip ${run.status}`}>{words.tasks.status[run.status] ?? run.status}</span>
            <span>{ago(run.finished_at ?? run.started_at)}</span>
            <span className="quiet">
              {words.sources.run(number(run.added), number(run.updated), number(run.deleted), number(run.errors))}
            </span>
            <Link href={`/tasks/${run.task_id}`}>{words.notifications.toTask}</Link>
          </>
        ) : (
          <span className="quiet">{words.sources.never}</span>
        )}
      </p>
      {run?.last_error && <p className="bad">{run.last_error}</p>}
      <Refusal error={sync.error} />
      <Window title={words.sources.removeAsk(source.name)} isOpen={deleting} onClose={() => setDeleting(false)} role="alertdialog">
        <p>{words.sources.removeHint(source.documents)}</p>
        <Refusal error={remove.error} />
        <div className="actions">
          <Button className="button" onPress={() => setDeleting(false)}>
            {words.sources.close}
          </Button>
          <Button className="button danger" isPending={remove.isPending} onPress={() => remove.mutate()}>
            {words.sources.remove}
          </Button>
        </div>
      </Window>
    </li>
  );
}

function AddSource({ onClose }: { onClose: () => void }): ReactNode {
  const { sources } = useWords();
  const api = useApi();
  const cache = useQueryClient();
  const [kind, setKind] = useState<Kind>("confluence");
  const [name, setName] = useState("");
  const [secret, setSecret] = useState("");
  const [schedule, setSchedule] = useState<Schedule>("daily");
  const [values, setValues] = useState<Record<string, string>>({});
  const types = useQuery({ queryKey: ["source-types"], queryFn: () => ask(api.GET("/api/v1/sources/types")), staleTime: Infinity });
  const type = types.data?.types.find((one) => one.source_type === kind);
  const settings = settingsOf(type?.config_schema ?? {});
  const create = useMutation({
    mutationFn: () =>
      ask(api.POST("/api/v1/sources", { body: { name, source_type: kind, secret, schedule, config: configOf(settings, values) } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.sources }),
  });
  const wrong = create.error instanceof Problem ? create.error : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate();
  };
  if (create.data)
    return (
      <>
        <p className={create.data.connection_test_passed ? "notice" : "refusal"} role="status">
          {create.data.connection_test_passed ? sources.connected : sources.notConnected}
        </p>
        <div className="actions">
          <Button className="button primary" onPress={onClose}>
            {sources.close}
          </Button>
        </div>
      </>
    );
  return (
    <form className="form" onSubmit={submit} noValidate>
      <Choice
        label={sources.type}
        value={kind}
        options={{ confluence: "Confluence", jira: "Jira", gitlab: "GitLab", github: "GitHub" }}
        onChange={(to: string) => setKind(to as Kind)}
      />
      {type && <p className="quiet">{type.about}</p>}
      <Field label={sources.name} value={name} onChange={setName} error={wrong?.at("/name")} required />
      {settings.map((setting) => (
        <Field
          key={`${kind} ${setting.name}`}
          label={setting.label}
          hint={setting.hint}
          value={values[setting.name] ?? ""}
          onChange={(value) => setValues({ ...values, [setting.name]: value })}
          error={wrong?.at(`/config/${setting.name}`)}
          required={setting.required}
        />
      ))}
      {type?.secret && (
        <Field
          label={sources.secret}
          hint={`${type.secret}. ${sources.secretHint}`}
          type="password"
          autoComplete="off"
          value={secret}
          onChange={setSecret}
          error={wrong?.at("/secret")}
        />
      )}
      <Choice label={sources.schedule} value={schedule} options={sources.schedules} onChange={(to: string) => setSchedule(to as Schedule)} />
      <Refusal error={create.error} />
      <div className="actions">
        <Button className="button" onPress={onClose}>
          {sources.close}
        </Button>
        <Button className="button primary" type="submit" isPending={create.isPending}>
          {sources.connect}
        </Button>
      </div>
    </form>
  );
}
