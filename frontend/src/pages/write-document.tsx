/** The dialog that asks for an RFC: its cost is shown before it is submitted, and a refusal by the budget explained. */

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState, type FormEvent, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Link, useLocation } from "wouter";
import { ask, Problem, type TaskEstimate } from "../api/client";
import { useFormats, useWords } from "../i18n/language";
import { keys } from "../live/tasks";
import { useApi } from "../session/context";
import { Window } from "../ui/dialog";
import { Choice, Field } from "../ui/fields";
import { Refusal } from "../ui/states";

const SHORTEST_TOPIC = 3;

type Kind = "new_feature" | "modify_existing" | "analyze_current";
type Priority = "low" | "normal" | "high" | "urgent";

export function WriteDocument({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }): ReactNode {
  const { documents } = useWords();
  return (
    <Window title={documents.write} isOpen={isOpen} onClose={onClose}>
      <DocumentForm onDone={onClose} />
    </Window>
  );
}

function DocumentForm({ onDone }: { onDone: () => void }): ReactNode {
  const { documents, tasks } = useWords();
  const api = useApi();
  const cache = useQueryClient();
  const [, go] = useLocation();
  const [topic, setTopic] = useState("");
  const [kind, setKind] = useState<Kind>("new_feature");
  const [length, setLength] = useState("400");
  const [sections, setSections] = useState("");
  const [priority, setPriority] = useState<Priority>("normal");
  const titles = sections.split("\n").map((line) => line.trim()).filter(Boolean);
  const args = { topic: topic.trim(), task_type: kind, target_length: Number(length), sections: titles };
  const ready = args.topic.length >= SHORTEST_TOPIC && args.target_length >= 100 && args.target_length <= 8000;
  const settled = useSettled(JSON.stringify(args), 400);
  const asked = JSON.stringify([args, priority]);
  const key = useMemo(() => asked && crypto.randomUUID(), [asked]); // a second press of the button is the same request
  const estimate = useQuery({
    queryKey: ["estimate", settled],
    queryFn: () =>
      ask(api.POST("/api/v1/async-tasks/estimate", { body: { task_func: "llm_generate_rfc", task_args: JSON.parse(settled) } })),
    enabled: ready,
    placeholderData: keepPreviousData,
  });
  const submit = useMutation({
    mutationFn: () =>
      ask(
        api.POST("/api/v1/async-tasks/submit", {
          params: { header: { "idempotency-key": key } },
          body: { task_func: "llm_generate_rfc", task_args: args, priority },
        }),
      ),
    onSuccess: ({ task_id }) => {
      void cache.invalidateQueries({ queryKey: keys.tasks });
      void cache.invalidateQueries({ queryKey: keys.budget });
      onDone();
      go(`/tasks/${task_id}`);
    },
  });
  const send = (event: FormEvent): void => {
    event.preventDefault();
    if (ready) submit.mutate();
  };
  const wrong = submit.error instanceof Problem ? submit.error : null;
  return (
    <form onSubmit={send} className="form" noValidate>
      <Field
        label={documents.topic}
        hint={documents.topicHint}
        value={topic}
        onChange={setTopic}
        error={wrong?.at("/task_args/topic")}
        rows={2}
        maxLength={500}
        required
        autoFocus
      />
      <div className="two">
        <Choice label={documents.kind} value={kind} options={documents.kinds} onChange={setKind} />
        <Field
          label={documents.length}
          value={length}
          onChange={setLength}
          inputMode="numeric"
          error={wrong?.at("/task_args/target_length")}
        />
      </div>
      <details>
        <summary>{documents.more}</summary>
        <div className="form">
          <Field label={documents.sections} hint={documents.sectionsHint} value={sections} onChange={setSections} rows={3} />
          <Choice label={tasks.priorityLabel} value={priority} options={tasks.priority} onChange={(to: string) => setPriority(to as Priority)} />
        </div>
      </details>
      <div aria-live="polite">
        {ready && estimate.data && <Cost estimate={estimate.data} />}
        {ready && estimate.isPending && <p className="quiet">{documents.estimating}</p>}
        {ready && estimate.error && <Refusal error={estimate.error} />}
      </div>
      {wrong?.status === 402 ? <NoRoom problem={wrong} /> : <Refusal error={submit.error} />}
      <div className="actions">
        <Button className="button" onPress={onDone}>
          {documents.cancel}
        </Button>
        <Button className="button primary" type="submit" isPending={submit.isPending} isDisabled={!ready}>
          {documents.submit}
        </Button>
      </div>
    </form>
  );
}

function Cost({ estimate }: { estimate: TaskEstimate }): ReactNode {
  const { documents } = useWords();
  const { money, moment, seconds } = useFormats();
  const short = estimate.levels.find((level) => level.mode === "hard" && level.remaining < estimate.worst_case);
  const cheaper = estimate.cheaper_models.filter((model) => model.fits);
  return (
    <div className={estimate.can_proceed ? "notice" : "refusal"}>
      <p>
        <strong>{documents.worst(money(estimate.worst_case))}</strong>
        {estimate.typical !== null && `, ${documents.typical(money(estimate.typical))}`}
        {estimate.typical_seconds !== null && `, ${documents.typicalTime(seconds(estimate.typical_seconds))}`}
      </p>
      {estimate.can_proceed ? (
        <p className="quiet">{documents.worstHint}</p>
      ) : (
        <>
          {short && (
            <p>
              {documents.noRoomWords(documents.levels[short.level] ?? short.level, money(short.remaining), money(estimate.worst_case))}{" "}
              {documents.resets(moment(short.resets_at))}
            </p>
          )}
          <p>{documents.ways}</p>
          {cheaper.length > 0 && (
            <p>
              {documents.cheaper}: {cheaper.map((model) => `${model.model} (${money(model.worst_case)})`).join(", ")}
            </p>
          )}
        </>
      )}
    </div>
  );
}

/** The API's refusal for want of budget (402): by which budget, what it has left, when it starts anew. */
export function NoRoom({ problem }: { problem: Problem }): ReactNode {
  const { documents } = useWords();
  const { money, moment } = useFormats();
  const { level = "user", remaining = 0, required = 0, resets_at: resets } = problem.body;
  return (
    <div className="refusal" role="alert">
      <strong>{documents.noRoom}</strong>
      <p>
        {documents.noRoomWords(documents.levels[level] ?? level, money(remaining), money(required))}{" "}
        {resets && documents.resets(moment(resets))}
      </p>
      <p>{documents.ways}</p>
      <Link href="/budget">{documents.seeBudget}</Link>
    </div>
  );
}

/** A value that has rested for a moment. */
function useSettled(value: string, ms: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
