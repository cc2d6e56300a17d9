import { useEffect, useState, type ReactNode } from "react";
import { Link } from "wouter";
import { useFormats, useWords } from "../i18n/language";
import { useLive, useLiveStore } from "../live/live";
import { isNews } from "../live/store";
import type { Notification } from "../notifications";
import { Choice } from "../ui/fields";
import { Page, Panel } from "../ui/page";
import { Empty } from "../ui/states";

type Which = "news" | "all";

export default function Notifications(): ReactNode {
  const { notifications: words } = useWords();
  const live = useLive();
  const store = useLiveStore();
  const [which, setWhich] = useState<Which>("news");
  const [unreadFrom] = useState(live.readOffset); // what was unread on arrival stays marked while one reads
  const newest = live.notifications[0]?.offset;
  useEffect(() => {
    if (newest !== undefined) store.read();
  }, [newest, store]);
  const shown = live.notifications.filter((message) => which === "all" || isNews(message));
  return (
    <Page
      title={words.title}
      intro={words.intro}
      actions={
        <Choice
          bare
          label={words.show}
          value={which}
          onChange={(to: string) => setWhich(to as Which)}
          options={{ news: words.onlyNews, all: words.everything }}
        />
      }
    >
      <Panel title={words.connection}>
        <p className="meta">
          <span className={`dot ${live.connection}`}>{words[live.connection]}</span>
          <span>{live.connection === "live" ? words.liveHint : words.connectingHint}</span>
        </p>
        <p className="meta quiet">
          <span>{live.historyLost ? words.lost : words.recovered}</span>
          {live.resumed > 0 && <span>{words.resumed(live.resumed)}</span>}
        </p>
      </Panel>
      {shown.length === 0 ? (
        <Empty title={words.empty} hint={words.emptyHint} />
      ) : (
        <ol className="log">
          {shown.map((message) => (
            <Entry key={message.message_id} message={message} isNew={(message.offset ?? 0) > unreadFrom} />
          ))}
        </ol>
      )}
    </Page>
  );
}

function Entry({ message, isNew }: { message: Notification; isNew: boolean }): ReactNode {
  const words = useWords();
  const { ago, money } = useFormats();
  const said = messageText(message, words, money);
  const taskId = typeof message.data.task_id === "string" ? message.data.task_id : null;
  return (
    <li className={`card entry ${message.priority} ${isNew ? "new" : ""}`}>
      <p className="meta">
        <span className={`chip ${message.type}`}>{words.notifications.types[message.type] ?? message.type}</span>
        {isNew && <span className="chip unread">{words.notifications.unread}</span>}
        <span className="spring" />
        <span className="quiet">{words.notifications.offset(message.offset ?? 0)}</span>
        <time className="quiet" dateTime={message.timestamp}>
          {ago(message.timestamp)}
        </time>
      </p>
      <p>
        {said} {taskId && <Link href={`/tasks/${taskId}`}>{words.notifications.toTask}</Link>}
      </p>
    </li>
  );
}

/** What a message says, in the language of the page where it is ours and as it came where it is somebody's. */
export function messageText(message: Notification, words: ReturnType<typeof useWords>, money: (dollars: number) => string): string {
  const data = message.data;
  if (message.type === "system_alert") return [data.title, data.message].filter(Boolean).map(String).join(": ");
  if (message.type === "budget_alert")
    return typeof data.threshold === "number" ? words.notifications.budget(String(data.threshold)) : words.notifications.forecast;
  if (message.type === "budget_updated")
    return words.notifications.limit(money(Number(data.old_budget_limit)), money(Number(data.new_budget_limit)));
  if (typeof data.task_type === "string") {
    const name = words.tasks.type[data.task_type] ?? data.task_type.replaceAll("_", " ");
    const stage = words.tasks.stage[String(data.stage)] ?? String(data.stage ?? "");
    const saved = typeof data.saved_microdollars === "number" ? words.notifications.saved(money(data.saved_microdollars / 1e6)) : "";
    const section = typeof data.section === "string" ? data.section : "";
    return [name, stage, section, saved].filter(Boolean).join(" · ");
  }
  return String(data.title ?? data.message ?? data.detail ?? data.answer ?? "").slice(0, 300);
}
