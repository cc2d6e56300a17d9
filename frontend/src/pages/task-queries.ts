/** What several pages ask about tasks. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ask, type TaskDetails } from "../api/client";
import { mayPass } from "../api/problem";
import type { Words } from "../i18n/en";
import type { Seen } from "../live/estimate";
import { extended, refreshed } from "../live/task-list";
import { keys, type Report, type TaskList } from "../live/tasks";
import { useApi } from "../session/context";

export type Status = "queued" | "running" | "completed" | "failed" | "cancelled" | "dead";

const NEWEST = 100;
const OLDER = 200; // the most that the API gives at once

/** The newest tasks, and older ones as far as somebody asked for them. */
export function useTasks(status?: Status) {
  const api = useApi();
  const cache = useQueryClient();
  const queryKey = [...keys.tasks, status ?? "all"];
  const read = async (limit: number, cursor?: string) => {
    const query = { limit, cursor, status_filter: status };
    const page = await ask(api.GET("/api/v1/async-tasks/user/tasks", { params: { query } }));
    return { ...page, tasks: page.tasks.map(seen) };
  };
  const query = useQuery({
    queryKey,
    queryFn: async () => {
      const page = await read(NEWEST);
      return refreshed(cache.getQueryData<TaskList>(queryKey), page);
    },
    refetchInterval: 60_000, // the socket tells at once; this is for what it could not
  });
  const older = useMutation({
    mutationFn: (cursor: string) => read(OLDER, cursor),
    onSuccess: (page, cursor) => cache.setQueryData<TaskList>(queryKey, (known) => extended(known, cursor, page)),
    retry: (failures, error) => failures < 3 && mayPass(error),
  });
  const next = query.data?.next_cursor;
  return {
    data: query.data,
    error: query.error,
    refetch: query.refetch,
    hasOlder: Boolean(next),
    readOlder: () => next && older.mutate(next),
    isReadingOlder: older.isPending,
    olderError: older.error,
  };
}

const seen = (task: TaskDetails): Seen => ({ ...task, read_at: Date.now() });

export function useTask(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: keys.task(id),
    queryFn: async () => seen(await ask(api.GET("/api/v1/async-tasks/{task_id}", { params: { path: { task_id: id } } }))),
  });
}

/** The last thing that the socket said of a task, such as the section that is being written. */
export function useReport(id: string): Report | undefined {
  return useQuery<Report>({ queryKey: keys.live(id), queryFn: () => Promise.reject(new Error("told by the socket")), enabled: false })
    .data;
}

export function titleOf(task: TaskDetails, words: Words): string {
  const asked = task.task_args;
  const said = asked.topic ?? asked.title ?? asked.source ?? asked.report_type;
  return typeof said === "string" && said ? said : typeName(task, words);
}

export function typeName(task: { task_func: string }, words: Words): string {
  return words.tasks.type[task.task_func] ?? task.task_func.replaceAll("_", " ");
}
