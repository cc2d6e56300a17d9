/** Enhancing a text: what it would cost, and the enhancements that were asked for. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState, type FormEvent, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Link, useLocation } from "wouter";
import { ask, Problem } from "../api/client";
import { useFormats, usePageWords, useWords } from "../i18n/language";
import { enhanceWords } from "../i18n/pages/enhance";
import { keys } from "../live/tasks";
import { useApi } from "../session/context";
import { Choice, Field } from "../ui/fields";
import { Page, Panel } from "../ui/page";
import { useSettled } from "../ui/settled";
import { Failed, Loading, Refusal } from "../ui/states";
import { Cost, NoRoom } from "./room";
import { titleOf, useTasks } from "./task-queries";

export default function Enhance(): ReactNode {
  const words = usePageWords(enhanceWords);
  return (
    <Page title={words.title} intro={words.intro}>
      <div className="reading">
        <Panel>
          <Order />
        </Panel>
        <aside>
          <Panel title={words.earlier}>
            <Earlier />
          </Panel>
        </aside>
      </div>
    </Page>
  );
}

function Order(): ReactNode {
  const words = usePageWords(enhanceWords);
  const api = useApi();
  const cache = useQueryClient();
  const [, go] = useLocation();
  const [text, setText] = useState("");
  const [kind, setKind] = useState("clarity");
  const [audience, setAudience] = useState("");
  const [language, setLanguage] = useState("");
  const args: Record<string, string> = { text, enhancement_type: kind };
  if (audience.trim()) args.target_audience = audience.trim();
  if (kind === "translation") args.target_language = language.trim();
  const ready = text.trim().length > 0 && (kind !== "translation" || language.trim().length > 0);
  const asked = JSON.stringify(args);
  const key = useMemo(() => asked && crypto.randomUUID(), [asked]);
  const settled = useSettled(asked, 800);
  const estimate = useQuery({
    queryKey: ["estimate", "llm_enhance_document", settled],
    queryFn: () =>
      ask(api.POST("/api/v1/async-tasks/estimate", { body: { task_func: "llm_enhance_document", task_args: JSON.parse(settled) } })),
    enabled: ready && settled === asked,
  });
  const start = useMutation({
    mutationFn: () =>
      ask(
        api.POST("/api/v1/async-tasks/submit", {
          params: { header: { "idempotency-key": key } },
          body: { task_func: "llm_enhance_document", task_args: args, priority: "normal" },
        }),
      ),
    onSuccess: ({ task_id }) => {
      for (const one of [keys.tasks, keys.budget]) void cache.invalidateQueries({ queryKey: one });
      go(`/enhance/${task_id}`);
    },
  });
  const wrong = start.error instanceof Problem ? start.error : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready) start.mutate();
  };
  return (
    <form className="form" onSubmit={submit} noValidate>
      <Field
        label={words.text}
        hint={words.textHint}
        value={text}
        onChange={setText}
        error={wrong?.at("/task_args/text")}
        rows={10}
        maxLength={40_000}
        required
      />
      <div className="two">
        <Choice label={words.kind} value={kind} options={words.kinds} onChange={setKind} />
        <Field label={words.audience} value={audience} onChange={setAudience} maxLength={200} />
        {kind === "translation" && <Field label={words.language} value={language} onChange={setLanguage} maxLength={200} required />}
      </div>
      <div aria-live="polite">
        {ready && estimate.data && <Cost estimate={estimate.data} />}
        {ready && estimate.error && <Refusal error={estimate.error} />}
      </div>
      {wrong?.status === 402 ? <NoRoom problem={wrong} /> : <Refusal error={start.error} />}
      <div className="actions">
        <Button className="button primary" type="submit" isPending={start.isPending} isDisabled={!ready}>
          {words.start}
        </Button>
      </div>
    </form>
  );
}

function Earlier(): ReactNode {
  const own = usePageWords(enhanceWords);
  const words = useWords();
  const { ago } = useFormats();
  const query = useTasks();
  if (!query.data) return query.error ? <Failed error={query.error} onRetry={() => void query.refetch()} /> : <Loading />;
  const tasks = query.data.tasks.filter((task) => task.task_func === "llm_enhance_document");
  if (tasks.length === 0) return <p className="quiet">{own.none}</p>;
  return (
    <ul className="plain-list contents">
      {tasks.map((task) => (
        <li key={task.task_id}>
          <Link href={`/enhance/${task.task_id}`}>{titleOf(task, words)}</Link>
          <span className="quiet">
            {" "}
            {own.kinds[String(task.task_args.enhancement_type)]} · {ago(task.created_at)}
          </span>
        </li>
      ))}
    </ul>
  );
}
