/** Questions and answers: an answer streams in over the socket, its sources stand beside it. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Link, useLocation } from "wouter";
import { ask, type ChatMessage } from "../api/client";
import { usePageWords } from "../i18n/language";
import { askWords } from "../i18n/pages/ask";
import { FINAL, keys } from "../live/tasks";
import { useApi } from "../session/context";
import { Window } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { Page, Panel } from "../ui/page";
import type { Source } from "../ui/sources";
import { Empty, Refusal, Shown } from "../ui/states";
import { Exchange } from "./ask-exchange";
import { Question } from "./ask-question";

const PAGE = 20;

export default function Ask({ id }: { id?: string }): ReactNode {
  const words = usePageWords(askWords);
  const api = useApi();
  const session = useQuery({
    queryKey: [...keys.chat, "session", id],
    queryFn: () => ask(api.GET("/api/v1/chat/sessions/{session_id}", { params: { path: { session_id: id! } } })),
    enabled: id !== undefined,
  });
  const [chosen, setChosen] = useState<string | null>(null);
  const messages = session.data?.messages ?? [];
  const beside = messages.find((one) => one.message_id === chosen) ?? messages.at(-1);
  const busy = messages.some((one) => !FINAL.has(one.status));
  return (
    <Page
      title={session.data?.title ?? words.title}
      intro={id ? undefined : words.intro}
      actions={
        id && (
          <>
            <RemoveSession id={id} />
            <Link className="button" href="/ask">
              <Icon name="plus" />
              {words.fresh}
            </Link>
          </>
        )
      }
    >
      <div className="reading">
        <div className="talk">
          {id ? (
            <Shown query={session}>
              {() => (
                <ol className="talk" aria-label={words.title}>
                  {messages.map((message) => (
                    <Exchange
                      key={message.message_id}
                      message={message}
                      isBeside={message === beside && messages.length > 1}
                      onBeside={() => setChosen(message.message_id)}
                    />
                  ))}
                </ol>
              )}
            </Shown>
          ) : (
            <Empty title={words.begin} hint={words.beginHint} />
          )}
          <Question sessionId={id} busy={busy} onAsked={() => setChosen(null)} />
        </div>
        <aside>
          <Panel title={words.sources}>
            <Beside message={beside} />
          </Panel>
          <Sessions current={id} />
        </aside>
      </div>
    </Page>
  );
}

function Beside({ message }: { message: ChatMessage | undefined }): ReactNode {
  const words = usePageWords(askWords);
  if (!message || !FINAL.has(message.status)) return <p className="quiet">{words.askFirst}</p>;
  const sources = message.citations as unknown as Source[];
  if (sources.length === 0) return <p className="quiet">{words.noSources}</p>;
  return (
    <ol className="sources">
      {sources.map((source) => (
        <li key={source.number} value={source.number}>
          <details>
            <summary>{source.title}</summary>
            {source.heading && <span className="quiet">{source.heading}</span>}
            <blockquote className="passage">{source.excerpt}</blockquote>
          </details>
        </li>
      ))}
    </ol>
  );
}

function Sessions({ current }: { current: string | undefined }): ReactNode {
  const words = usePageWords(askWords);
  const api = useApi();
  const [limit, setLimit] = useState(PAGE);
  const sessions = useQuery({
    queryKey: [...keys.chat, "sessions", limit],
    queryFn: () => ask(api.GET("/api/v1/chat/sessions", { params: { query: { limit, offset: 0 } } })),
    placeholderData: (before) => before,
  });
  return (
    <Panel title={words.earlier}>
      <Shown query={sessions}>
        {(data) =>
          data.sessions.length === 0 ? (
            <p className="quiet">{words.noEarlier}</p>
          ) : (
            <>
              <ul className="plain-list contents">
                {data.sessions.map((one) => (
                  <li key={one.session_id}>
                    <Link href={`/ask/${one.session_id}`} aria-current={one.session_id === current ? "page" : undefined}>
                      {one.title}
                    </Link>
                  </li>
                ))}
              </ul>
              {data.next_offset !== null && limit < 100 && (
                <Button className="button small" onPress={() => setLimit(limit + PAGE)}>
                  {words.more}
                </Button>
              )}
            </>
          )
        }
      </Shown>
    </Panel>
  );
}

function RemoveSession({ id }: { id: string }): ReactNode {
  const words = usePageWords(askWords);
  const api = useApi();
  const cache = useQueryClient();
  const [, go] = useLocation();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => ask(api.DELETE("/api/v1/chat/sessions/{session_id}", { params: { path: { session_id: id } } })),
    onSuccess: () => {
      go("/ask");
      cache.removeQueries({ queryKey: [...keys.chat, "session", id] });
      void cache.invalidateQueries({ queryKey: [...keys.chat, "sessions"] });
    },
  });
  return (
    <>
      <Button className="button" onPress={() => setAsking(true)}>
        {words.remove}
      </Button>
      <Window title={words.removeAsk} isOpen={asking} onClose={() => setAsking(false)} role="alertdialog">
        <p>{words.removeHint}</p>
        <Refusal error={remove.error} />
        <div className="actions">
          <Button className="button" onPress={() => setAsking(false)}>
            {words.keep}
          </Button>
          <Button className="button danger" isPending={remove.isPending} onPress={() => remove.mutate()}>
            {words.remove}
          </Button>
        </div>
      </Window>
    </>
  );
}
