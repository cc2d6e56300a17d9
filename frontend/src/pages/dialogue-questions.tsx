/** The questions of a dialogue, each with the field of its type. */

import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Checkbox } from "react-aria-components/Checkbox";
import { CheckboxGroup } from "react-aria-components/CheckboxGroup";
import { Label } from "react-aria-components/Label";
import { ask, Problem, type AskedQuestion, type SessionState } from "../api/client";
import { usePageWords } from "../i18n/language";
import { dialogueWords } from "../i18n/pages/dialogue";
import { useApi } from "../session/context";
import { Choice, Field } from "../ui/fields";
import { Panel } from "../ui/page";
import { Refusal } from "../ui/states";
import { answersOf, wrongQuestion, type Typed } from "./dialogue-answers";

export function Questions({ session, onState }: { session: SessionState; onState: (state: SessionState) => void }): ReactNode {
  const words = usePageWords(dialogueWords);
  const api = useApi();
  const [typed, setTyped] = useState<Typed>({});
  const answers = answersOf(session.questions, typed);
  const send = useMutation({
    mutationFn: (sent: typeof answers) =>
      ask(api.POST("/api/v1/generate/answer", { body: { session_id: session.session_id, answers: sent } })),
    onSuccess: (state) => {
      setTyped({});
      onState(state);
    },
  });
  const problem = send.error instanceof Problem ? send.error : null;
  const wrong = new Map(
    (problem?.body.errors ?? []).map((error) => [wrongQuestion(error.pointer, send.variables ?? []), error.detail] as const),
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (answers.length > 0) send.mutate(answers);
  };
  if (session.questions.length === 0) return <p className="notice">{words.noQuestions}</p>;
  return (
    <Panel title={words.questions}>
      <form className="form" onSubmit={submit} noValidate>
        {session.questions.map((question) => (
          <div key={question.question_id} className="question">
            <Asked
              question={question}
              value={typed[question.question_id] ?? ""}
              error={wrong.get(question.question_id)}
              onChange={(value) => setTyped({ ...typed, [question.question_id]: value })}
            />
            <p className="meta quiet">
              {question.is_required && <span className="chip">{words.required}</span>}
              <span>{question.follows ? words.follows : words.askedBy[question.asked_by]}</span>
            </p>
          </div>
        ))}
        {wrong.size === 0 && <Refusal error={send.error} />}
        <div className="actions">
          <Button className="button primary" type="submit" isPending={send.isPending} isDisabled={answers.length === 0}>
            {words.answer}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

interface AskedProps {
  question: AskedQuestion;
  value: string | string[];
  error: string | undefined;
  onChange: (value: string | string[]) => void;
}

function Asked({ question, value, error, onChange }: AskedProps): ReactNode {
  const words = usePageWords(dialogueWords);
  const { question: label, question_type: type, options } = question;
  if (type === "multiple_choice")
    return (
      <CheckboxGroup className="field" value={Array.isArray(value) ? value : []} onChange={onChange}>
        <Label>{label}</Label>
        {options.map((option) => (
          <Checkbox key={option.value} value={option.value} className="checkbox">
            <span className="box" aria-hidden="true" />
            {option.label}
          </Checkbox>
        ))}
        {error && <span className="error">{error}</span>}
      </CheckboxGroup>
    );
  const text = Array.isArray(value) ? "" : value;
  if (type === "choice" || type === "boolean") {
    const choices = type === "boolean" ? { true: words.yes, false: words.no } : byValue(options);
    return (
      <>
        <Choice label={label} value={text} options={{ "": words.unanswered, ...choices }} onChange={onChange} />
        {error && <span className="error">{error}</span>}
      </>
    );
  }
  const range = question.minimum !== null && question.maximum !== null ? `${question.minimum} – ${question.maximum}` : undefined;
  return (
    <Field
      label={label}
      value={text}
      onChange={onChange}
      error={error}
      hint={type === "number" ? range : undefined}
      inputMode={type === "number" ? "decimal" : undefined}
      rows={type === "text" ? 2 : undefined}
      maxLength={2000}
      required={question.is_required}
    />
  );
}

const byValue = (options: AskedQuestion["options"]): Record<string, string> =>
  Object.fromEntries(options.map((option) => [option.value, option.label]));
