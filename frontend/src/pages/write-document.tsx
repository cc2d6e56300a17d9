/** The dialog that asks for an RFC: its cost is shown before it is submitted, and a refusal by the budget explained. */

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState, type FormEvent, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { useLocation } from "wouter";
import { ask, Problem } from "../api/client";
import { useWords } from "../i18n/language";
import { keys } from "../live/tasks";
import { useApi } from "../session/context";
import { Window } from "../ui/dialog";
import { Choice, Field } from "../ui/fields";
import { useSettled } from "../ui/settled";
import { Refusal } from "../ui/states";
import { Cost, NoRoom } from "./room";

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
