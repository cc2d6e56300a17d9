/** What several pages ask about tasks. */

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { ask, type TaskDetails } from "../api/client";
import type { Words } from "../i18n/en";
import { keys, type Report } from "../live/tasks";
import { useApi } from "../session/context";

export type Status = "queued" | "running" | "completed" | "failed" | "cancelled" | "dead";

export function useTasks(status?: Status) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: [...keys.tasks, status ?? "all"],
    queryFn: ({ pageParam }) =>
      ask(
        api.GET("/api/v1/async-tasks/user/tasks", {
          params: { query: { limit: 100, cursor: pageParam, status_filter: status } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: 60_000, // the socket tells at once; this is for what it could not
  });
}

export function useTask(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: keys.task(id),
    queryFn: () => ask(api.GET("/api/v1/async-tasks/{task_id}", { params: { path: { task_id: id } } })),
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
