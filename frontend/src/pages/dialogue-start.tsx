/** The first step of the dialogue: what the RFC is to be about. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Link, useLocation } from "wouter";
import { ask, Problem, type GenerationStart } from "../api/client";
import { usePageWords, useWords } from "../i18n/language";
import { dialogueWords } from "../i18n/pages/dialogue";
import { useApi } from "../session/context";
import { Choice, Field } from "../ui/fields";
import { Icon } from "../ui/icon";
import { Page, Panel } from "../ui/page";
import { Refusal, Shown } from "../ui/states";
import { NoRoom } from "./room";

type Kind = GenerationStart["task_type"];
const SHORTEST = 10;

export default function StartDialogue(): ReactNode {
  const words = usePageWords(dialogueWords);
  const { documents } = useWords();
  const api = useApi();
  const [, go] = useLocation();
  const [kind, setKind] = useState<Kind>("new_feature");
  const [request, setRequest] = useState("");
  const [context, setContext] = useState("");
  const start = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/generate", { body: { task_type: kind, initial_request: request.trim(), context } })),
    onSuccess: (session) => go(`/dialogue/${session.session_id}`),
  });
  const wrong = start.error instanceof Problem ? start.error : null;
  const ready = request.trim().length >= SHORTEST;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready) start.mutate();
  };
  return (
    <Page
      title={words.start}
      intro={words.startIntro}
      above={
        <Link className="back" href="/documents">
          <Icon name="back" />
          {documents.back}
        </Link>
      }
    >
      <div className="halves">
        <Panel>
          <form className="form" onSubmit={submit} noValidate>
            <Choice label={words.kind} value={kind} options={documents.kinds} onChange={(to: string) => setKind(to as Kind)} />
            <Field
              label={words.request}
              hint={words.requestHint}
              value={request}
              onChange={setRequest}
              error={wrong?.at("/initial_request")}
              rows={3}
              maxLength={2000}
              required
              autoFocus
            />
            <Field label={words.context} value={context} onChange={setContext} rows={3} maxLength={4000} error={wrong?.at("/context")} />
            {wrong?.status === 402 ? <NoRoom problem={wrong} /> : <Refusal error={start.error} />}
            {start.isPending && (
              <p className="quiet" role="status">
                {words.beginning}
              </p>
            )}
            <div className="actions">
              <Button className="button primary" type="submit" isPending={start.isPending} isDisabled={!ready}>
                {words.begin}
              </Button>
            </div>
          </form>
        </Panel>
        <Examples
          onUse={(chosen) => {
            setKind(chosen.task_type);
            setRequest(chosen.initial_request);
            setContext(chosen.context ?? "");
          }}
        />
      </div>
    </Page>
  );
}

function Examples({ onUse }: { onUse: (chosen: GenerationStart) => void }): ReactNode {
  const words = usePageWords(dialogueWords);
  const api = useApi();
  const examples = useQuery({
    queryKey: ["generation examples"],
    queryFn: () => ask(api.GET("/api/v1/generate/examples")),
    staleTime: Infinity,
  });
  return (
    <Panel title={words.examples}>
      <Shown query={examples}>
        {(data) => (
          <ul className="plain-list">
            {data.examples.map((one) => (
              <li key={one.title}>
                <Button className="as-link" onPress={() => onUse(one.request as unknown as GenerationStart)}>
                  {one.title}
                </Button>
                <p className="quiet">{one.request.initial_request}</p>
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </Panel>
  );
}
