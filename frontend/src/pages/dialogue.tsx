/** A dialogue: its questions, what was answered, the writing with its sections as they come, and where it led. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Link } from "wouter";
import { ask, Problem, type SessionState } from "../api/client";
import { useFormats, usePageWords, useWords } from "../i18n/language";
import { dialogueWords } from "../i18n/pages/dialogue";
import { keys, writtenKey, type Written } from "../live/tasks";
import { useApi } from "../session/context";
import { Window } from "../ui/dialog";
import { Field } from "../ui/fields";
import { Icon } from "../ui/icon";
import { Markdown } from "../ui/markdown";
import { Page, Panel } from "../ui/page";
import { Refusal, Shown } from "../ui/states";
import { Questions } from "./dialogue-questions";
import { NoRoom } from "./room";
import { useTask } from "./task-queries";
import { Underway } from "./underway";

export default function Dialogue({ id }: { id: string }): ReactNode {
  const api = useApi();
  const cache = useQueryClient();
  const key = [...keys.dialogue, id];
  const session = useQuery({
    queryKey: key,
    queryFn: () => ask(api.GET("/api/v1/generate/session/{session_id}", { params: { path: { session_id: id } } })),
    refetchInterval: ({ state }) => (state.data?.status === "generating" ? 20_000 : false), // the socket tells at once
  });
  return (
    <Shown query={session}>{(data) => <Steps session={data} onState={(state) => cache.setQueryData(key, state)} />}</Shown>
  );
}

interface StepsProps {
  session: SessionState;
  onState: (state: SessionState) => void;
}

function Steps({ session, onState }: StepsProps): ReactNode {
  const words = usePageWords(dialogueWords);
  const { documents } = useWords();
  const { money } = useFormats();
  const open = session.status === "asking" || session.status === "ready" || session.status === "failed";
  const given = Object.entries(session.answers);
  return (
    <Page
      title={session.initial_request}
      above={
        <Link className="back" href="/documents">
          <Icon name="back" />
          {documents.back}
        </Link>
      }
      actions={
        session.rfc_id ? (
          <Link className="button primary" href={`/rfc/${session.rfc_id}`}>
            {words.read}
          </Link>
        ) : (
          session.status !== "cancelled" && <End session={session} onState={onState} />
        )
      }
    >
      <div className="reading">
        <div className="talk">
          {session.status === "cancelled" && <p className="notice">{words.cancelled}</p>}
          {session.status === "failed" && <p className="refusal">{words.failed}</p>}
          {session.task_id && session.status !== "asking" && session.status !== "cancelled" && <Writing taskId={session.task_id} />}
          {open && <Questions key={session.questions.map((one) => one.question_id).join()} session={session} onState={onState} />}
          {open && <Finalize session={session} />}
        </div>
        <aside>
          <Panel title={words.answered}>
            <p className="quiet">{words.soFar(money(session.cost))}</p>
            <dl className="answers">
              {given.map(([name, { answer }]) => (
                <div key={name}>
                  <dt>{name.replaceAll("_", " ")}</dt>
                  <dd>{said(answer, words)}</dd>
                </div>
              ))}
            </dl>
          </Panel>
          <Panel title={words.found}>
            {session.found.length === 0 ? (
              <p className="quiet">{words.nothingFound}</p>
            ) : (
              <ul className="sources">
                {session.found.map((one) => (
                  <li key={one.document_id}>{one.title}</li>
                ))}
              </ul>
            )}
          </Panel>
        </aside>
      </div>
    </Page>
  );
}

function said(answer: unknown, words: typeof dialogueWords.en): string {
  if (typeof answer === "boolean") return answer ? words.yes : words.no;
  return Array.isArray(answer) ? answer.join(", ") : String(answer);
}

function Writing({ taskId }: { taskId: string }): ReactNode {
  const words = usePageWords(dialogueWords);
  const task = useTask(taskId).data;
  const sections = useQuery<Written[]>({
    queryKey: writtenKey(taskId),
    queryFn: () => Promise.reject(new Error("told by the socket")),
    enabled: false,
  }).data;
  return (
    <Panel title={words.writing} actions={<Link href={`/tasks/${taskId}`}>{words.toTask}</Link>}>
      {task && (task.status === "queued" || task.status === "running") && <Underway task={task} usual={null} />}
      {sections && (
        <ol className="plain-list live-sections" aria-live="polite">
          {sections.map((section, index) => (
            <li key={index}>
              <h3>{section?.title}</h3>
              {section?.text ? <Markdown text={section.text} /> : <p className="quiet">{words.waitingSection}</p>}
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

function Finalize({ session }: { session: SessionState }): ReactNode {
  const words = usePageWords(dialogueWords);
  const { money } = useFormats();
  const api = useApi();
  const cache = useQueryClient();
  const [more, setMore] = useState("");
  const [length, setLength] = useState("");
  const write = useMutation({
    mutationFn: () =>
      ask(
        api.POST("/api/v1/generate/finalize", {
          body: { session_id: session.session_id, additional_requirements: more, target_length: length.trim() ? Number(length) : null },
        }),
      ),
    onSuccess: () => {
      for (const key of [keys.dialogue, keys.tasks, keys.budget]) void cache.invalidateQueries({ queryKey: key });
    },
  });
  const wrong = write.error instanceof Problem ? write.error : null;
  return (
    <Panel title={words.write}>
      {session.document_worst_case !== null && <p>{words.worst(money(session.document_worst_case))}</p>}
      <Field label={words.requirements} value={more} onChange={setMore} rows={2} maxLength={4000} />
      <Field label={words.length} value={length} onChange={setLength} inputMode="numeric" error={wrong?.at("/target_length")} />
      {wrong?.status === 402 ? <NoRoom problem={wrong} /> : <Refusal error={write.error} />}
      <div className="actions">
        {!session.is_ready_to_generate && <p className="quiet">{words.notReady}</p>}
        <Button className="button primary" isDisabled={!session.is_ready_to_generate} isPending={write.isPending} onPress={() => write.mutate()}>
          {words.write}
        </Button>
      </div>
    </Panel>
  );
}

function End({ session, onState }: StepsProps): ReactNode {
  const words = usePageWords(dialogueWords);
  const api = useApi();
  const [asking, setAsking] = useState(false);
  const end = useMutation({
    mutationFn: () =>
      ask(api.DELETE("/api/v1/generate/session/{session_id}", { params: { path: { session_id: session.session_id } } })),
    onSuccess: (state) => {
      setAsking(false);
      onState(state);
    },
  });
  return (
    <>
      <Button className="button" onPress={() => setAsking(true)}>
        {words.end}
      </Button>
      <Window title={words.endAsk} isOpen={asking} onClose={() => setAsking(false)} role="alertdialog">
        <p>{words.endHint}</p>
        <Refusal error={end.error} />
        <div className="actions">
          <Button className="button" onPress={() => setAsking(false)}>
            {words.keep}
          </Button>
          <Button className="button danger" isPending={end.isPending} onPress={() => end.mutate()}>
            {words.end}
          </Button>
        </div>
      </Window>
    </>
  );
}
