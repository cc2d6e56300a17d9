/** A question and its answer, as it comes and as it is when it was checked. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { ask, type ChatMessage } from "../api/client";
import { useFormats, usePageWords } from "../i18n/language";
import { askWords } from "../i18n/pages/ask";
import { streamKey, type Streamed } from "../live/chat";
import { FINAL, keys } from "../live/tasks";
import { useApi } from "../session/context";
import { Markdown } from "../ui/markdown";
import { useSources, type Source } from "../ui/sources";
import { Refusal } from "../ui/states";
import { useTask } from "./task-queries";

interface ExchangeProps {
  message: ChatMessage;
  isBeside: boolean;
  onBeside: () => void;
}

export function Exchange({ message, isBeside, onBeside }: ExchangeProps): ReactNode {
  const words = usePageWords(askWords);
  const { money } = useFormats();
  const sources = message.citations as unknown as Source[];
  const { cite, passage } = useSources(sources);
  const over = FINAL.has(message.status);
  const removed = Array.isArray(message.checked.removed) ? message.checked.removed.length : 0;
  return (
    <li className={isBeside ? "exchange beside" : "exchange"}>
      <h2 className="asked">
        <span className="hidden">{words.you}: </span>
        {message.question}
      </h2>
      {over ? (
        <div className="panel answer">
          <div className="said">
            <Markdown text={message.answer} cite={cite} />
          </div>
          {message.status === "cancelled" && <p className="notice">{words.stopped}</p>}
          {(message.status === "failed" || message.status === "dead") && <p className="refusal">{words.failed}</p>}
          <p className="meta quiet">
            <span className="chip">{words.modes[message.mode] ?? message.mode}</span>
            {message.status === "completed" && (
              <span className={message.grounded ? "chip completed" : "chip failed"}>
                {message.grounded ? words.grounded : words.ungrounded}
              </span>
            )}
            <span>{words.cost(money(message.cost))}</span>
            {removed > 0 && <span>{words.removed(removed)}</span>}
            <span className="spring" />
            {sources.length > 0 && !isBeside && (
              <Button className="button small" onPress={onBeside}>
                {words.sources}
              </Button>
            )}
          </p>
        </div>
      ) : (
        <Coming message={message} />
      )}
      {passage}
    </li>
  );
}

function Coming({ message }: { message: ChatMessage }): ReactNode {
  const words = usePageWords(askWords);
  const { money } = useFormats();
  const api = useApi();
  const cache = useQueryClient();
  const taskId = message.task_id ?? "";
  const streamed = useQuery<Streamed>({
    queryKey: streamKey(message.message_id),
    queryFn: () => Promise.reject(new Error("told by the socket")),
    enabled: false,
  }).data;
  const task = useTask(taskId).data;
  const stop = useMutation({
    mutationFn: () => ask(api.DELETE("/api/v1/async-tasks/{task_id}", { params: { path: { task_id: taskId } } })),
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: keys.chat });
      void cache.invalidateQueries({ queryKey: keys.budget });
    },
  });
  return (
    <div className="panel answer" aria-busy="true">
      {streamed?.text ? (
        <div className="said coming">
          <Markdown text={streamed.text} />
        </div>
      ) : (
        <p className="quiet" role="status">
          <span className="spinner small" aria-hidden="true" /> {words.waiting}
        </p>
      )}
      {streamed?.broken && <p className="notice">{words.lostPiece}</p>}
      <Refusal error={stop.error} />
      <p className="meta quiet">
        <span className="chip">{words.modes[message.mode] ?? message.mode}</span>
        {task && <span>{words.held(money(task.held))}</span>}
        <span className="spring" />
        <Button className="button small" isPending={stop.isPending} isDisabled={stop.isSuccess} onPress={() => stop.mutate()}>
          {stop.isSuccess ? words.stopping : words.stop}
        </Button>
      </p>
    </div>
  );
}
