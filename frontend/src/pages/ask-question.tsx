/** The form that asks: its worst cost stands there before anything is sent. */

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState, type FormEvent, type KeyboardEvent, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { useLocation } from "wouter";
import { ask, Problem, type ChatQuestion } from "../api/client";
import { useFormats, usePageWords, useWords } from "../i18n/language";
import { askWords } from "../i18n/pages/ask";
import { keys } from "../live/tasks";
import { useApi } from "../session/context";
import { Choice, Field } from "../ui/fields";
import { useSettled } from "../ui/settled";
import { Refusal } from "../ui/states";
import { NoRoom } from "./room";

type Mode = NonNullable<ChatQuestion["mode"]>;

interface QuestionProps {
  sessionId: string | undefined;
  busy: boolean;
  onAsked: () => void;
}

export function Question({ sessionId, busy, onAsked }: QuestionProps): ReactNode {
  const words = usePageWords(askWords);
  const api = useApi();
  const cache = useQueryClient();
  const [, go] = useLocation();
  const [text, setText] = useState("");
  const [mode, setMode] = useState<Mode>("general");
  const question = text.trim();
  const asked = JSON.stringify([question, mode, sessionId]);
  const key = useMemo(() => asked && crypto.randomUUID(), [asked]); // a second press of the button is the same request
  const send = useMutation({
    mutationFn: () =>
      ask(
        api.POST("/api/v1/chat", {
          params: { header: { "idempotency-key": key } },
          body: { question, mode, session_id: sessionId ?? null },
        }),
      ),
    onSuccess: (answer) => {
      setText("");
      onAsked();
      void cache.invalidateQueries({ queryKey: keys.chat });
      void cache.invalidateQueries({ queryKey: keys.budget });
      if (!sessionId) go(`/ask/${answer.session_id}`);
    },
  });
  const ready = question.length > 0 && !busy && !send.isPending;
  const submit = (event?: FormEvent): void => {
    event?.preventDefault();
    if (ready) send.mutate();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    if (!(event.target instanceof HTMLTextAreaElement)) return;
    event.preventDefault();
    submit();
  };
  const wrong = send.error instanceof Problem ? send.error : null;
  return (
    <form className="panel composer" onSubmit={submit} onKeyDown={onKeyDown} noValidate>
      <Field
        label={words.question}
        hint={words.hint}
        value={text}
        onChange={setText}
        error={wrong?.at("/question")}
        rows={3}
        maxLength={1000}
        autoFocus
      />
      {wrong?.status === 402 ? <NoRoom problem={wrong} /> : <Refusal error={send.error} />}
      <div className="composer-line">
        <Choice label={words.mode} value={mode} options={words.modes} onChange={(to: string) => setMode(to as Mode)} />
        <WorstCost question={question} mode={mode} />
        <span className="spring" />
        <Button className="button primary" type="submit" isPending={send.isPending} isDisabled={!ready}>
          {words.send}
        </Button>
      </div>
    </form>
  );
}

function WorstCost({ question, mode }: { question: string; mode: Mode }): ReactNode {
  const words = usePageWords(askWords);
  const { documents } = useWords();
  const { money, seconds } = useFormats();
  const api = useApi();
  const settled = useSettled(question, 600);
  const [id] = useState(() => crypto.randomUUID());
  const estimate = useQuery({
    queryKey: ["estimate", "answer_question", settled, mode],
    queryFn: () =>
      ask(
        api.POST("/api/v1/async-tasks/estimate", {
          body: { task_func: "answer_question", task_args: { message_id: id, question: settled, mode } },
        }),
      ),
    enabled: settled.length > 0,
    placeholderData: keepPreviousData,
  });
  const { data, error } = estimate;
  return (
    <p className="quiet meta cost" aria-live="polite">
      {settled && data && (
        <>
          {data.worst_case === 0 ? words.free : documents.worst(money(data.worst_case))}
          {data.typical !== null && data.worst_case > 0 && `, ${documents.typical(money(data.typical))}`}
          {data.typical_seconds !== null && `, ${documents.typicalTime(seconds(data.typical_seconds))}`}
          {!data.can_proceed && <span className="bad">{documents.noRoom}</span>}
        </>
      )}
      {settled && !data && error && <span className="bad">{(error as Error).message}</span>}
    </p>
  );
}
