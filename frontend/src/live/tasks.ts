/** Puts what the socket says of tasks into the query cache, so that every page that shows a task shows it now. */

import type { QueryClient } from "@tanstack/react-query";
import type { TaskDetails, UserTasks as TaskList } from "../api/client";
import type { Notification } from "../notifications";
import { applyDeltas } from "./chat";

export type { TaskList };

export interface Report {
  task_id: string;
  status: string;
  stage: string;
  progress: number;
  section?: string;
  section_number?: number;
  sections?: number;
  /** The text of the section before this one, now that it is written. */
  written?: string;
}

export const FINAL = new Set(["completed", "failed", "cancelled", "dead"]);

export const keys = {
  tasks: ["tasks"] as const,
  task: (id: string) => ["task", id] as const,
  live: (id: string) => ["live", id] as const,
  budget: ["budget"] as const,
  sources: ["sources"] as const,
  chat: ["chat"] as const,
  dialogue: ["dialogue"] as const,
  deadLetters: ["dead letters"] as const,
};

export function isTaskMessage(message: Notification): boolean {
  return message.type.startsWith("task_") && typeof message.data.task_id === "string";
}

/** The task with what a message says of it; a message never takes a final task back. */
export function advanced<Known extends Pick<TaskDetails, "task_id" | "status" | "stage" | "progress">>(
  task: Known,
  report: Report,
): Known {
  if (task.task_id !== report.task_id || FINAL.has(task.status)) return task;
  const { status, stage, progress } = report;
  return { ...task, status, stage, progress: Math.max(progress, status === "queued" ? 0 : task.progress) };
}

/** Apply a burst of messages: one write per task, and a fresh read of what only the API knows. */
export function applyMessages(cache: QueryClient, messages: Notification[]): void {
  const latest = new Map<string, Report>();
  for (const message of messages)
    if (isTaskMessage(message)) {
      const report = message.data as unknown as Report;
      latest.set(report.task_id, report);
    }
  applyDeltas(cache, messages);
  if (messages.some((message) => message.type === "budget_alert" || message.type === "budget_updated"))
    void cache.invalidateQueries({ queryKey: keys.budget });
  if (messages.some((message) => message.type === "sync_status" || message.data.task_type === "process_data_sync"))
    void cache.invalidateQueries({ queryKey: keys.sources });
  if (latest.size === 0) return;

  let ended = false;
  const listed = new Set<string>();
  for (const message of messages) if (isTaskMessage(message)) keepWritten(cache, message.data as unknown as Report);
  for (const [id, report] of latest) {
    cache.setQueryData<Report>(keys.live(id), report);
    cache.setQueryData<TaskDetails>(keys.task(id), (task) => task && advanced(task, report));
    if (FINAL.has(report.status)) {
      ended = true;
      void cache.invalidateQueries({ queryKey: keys.task(id) });
    }
  }
  cache.setQueriesData<TaskList>({ queryKey: keys.tasks }, (list) => {
    if (!list) return list;
    let touched = false;
    const tasks = list.tasks.map((task) => {
      const report = latest.get(task.task_id);
      if (!report) return task;
      listed.add(task.task_id);
      touched = true;
      return advanced(task, report);
    });
    return touched ? { ...list, tasks } : list; // a page of ten thousand rows is drawn anew only for its own
  });
  const unknown = [...latest.keys()].some((id) => !listed.has(id));
  if (ended || unknown) void cache.invalidateQueries({ queryKey: keys.tasks });
  if (ended) for (const key of [keys.budget, keys.chat, keys.dialogue, keys.deadLetters]) void cache.invalidateQueries({ queryKey: key });
}

/** The sections of a document as they are written, by their number from 1. */
export const writtenKey = (id: string) => ["written", id] as const;

function keepWritten(cache: QueryClient, { task_id: id, section, section_number: number, written }: Report): void {
  if (!section || !number) return;
  cache.setQueryData<Written[]>(writtenKey(id), (known = []) => {
    const next = [...known];
    if (written !== undefined && number > 1) next[number - 2] = { title: next[number - 2]?.title ?? "", text: written };
    next[number - 1] = { title: section, text: next[number - 1]?.text ?? null };
    return next;
  });
}

export interface Written {
  title: string;
  text: string | null;
}
