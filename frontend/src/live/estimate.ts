/** How long a running task still takes, from how long others took and how far it is. */

import type { TaskDetails } from "../api/client";

/** A task, and when the API said what stands in it. */
export type Seen = TaskDetails & { read_at?: number };

export interface Remaining {
  from: number;
  to: number;
}

const LEAST_PROGRESS = 10;

/**
 * Seconds that are left, as a range. What the API says comes first: nine in ten such tasks end within it. Without it, or
 * when the task takes longer: by its pace and by the usual duration of its type, whichever are known. Null when nothing
 * is known yet: no number is better than an invented one.
 */
export function remaining(task: Seen, typicalSeconds: number | null, now: number): Remaining | null {
  if (task.status !== "running" || !task.started_at) return null;
  const told = task.eta;
  if (told && told.low !== null && told.high !== null && task.read_at !== undefined) {
    const since = (now - task.read_at) / 1000;
    if (told.high > since) return { from: Math.max(0, told.low - since), to: told.high - since };
  }
  const elapsed = Math.max(0, (now - new Date(task.started_at).getTime()) / 1000);
  const guesses: number[] = [];
  if (task.progress >= LEAST_PROGRESS) guesses.push((elapsed * (100 - task.progress)) / task.progress);
  if (typicalSeconds !== null && typicalSeconds > elapsed) guesses.push(typicalSeconds - elapsed);
  if (guesses.length === 0) return null;
  return { from: Math.min(...guesses), to: Math.max(...guesses) };
}

/** The usual duration of a type among the tasks that are known, in seconds: the median of those that are done. */
export function typicalSeconds(tasks: TaskDetails[], type: string): number | null {
  const taken = tasks
    .filter((task) => task.task_func === type && task.status === "completed" && task.started_at && task.finished_at)
    .map((task) => (new Date(task.finished_at!).getTime() - new Date(task.started_at!).getTime()) / 1000)
    .sort((a, b) => a - b);
  return taken.length < 3 ? null : (taken[Math.floor(taken.length / 2)] ?? null);
}
