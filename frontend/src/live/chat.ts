/** Answers while they are made: the pieces of `chat_delta`, put together per message. */

import type { QueryClient } from "@tanstack/react-query";
import type { Notification } from "../notifications";

export interface Delta {
  session_id: string;
  message_id: string;
  task_id: string;
  attempt: number;
  index: number;
  text: string;
}

export interface Streamed {
  attempt: number;
  /** The index of the piece that comes next. */
  next: number;
  text: string;
  /** A piece was lost: what is here stays as it is until the whole answer comes. */
  broken: boolean;
}

export const streamKey = (messageId: string) => ["stream", messageId] as const;
const CHAT = ["chat"] as const;

/** What is known of an answer after its next piece. */
export function extended(known: Streamed | undefined, delta: Delta): Streamed {
  let now = known;
  if (!now || delta.attempt > now.attempt) now = { attempt: delta.attempt, next: 0, text: "", broken: false };
  if (delta.attempt < now.attempt || delta.index < now.next || now.broken) return now;
  if (delta.index > now.next) return { ...now, broken: true };
  return { ...now, next: now.next + 1, text: now.text + delta.text };
}

/** Put a burst of pieces into the cache; a complete answer is read from the API, where it stands checked. */
export function applyDeltas(cache: QueryClient, messages: Notification[]): void {
  for (const { type, data } of messages) {
    if (type === "chat_delta") {
      const delta = data as unknown as Delta;
      cache.setQueryData<Streamed>(streamKey(delta.message_id), (known) => extended(known, delta));
    } else if (type === "chat_completed") void cache.invalidateQueries({ queryKey: CHAT });
  }
}
