/** Trying a task again that did not come to its end: a new task, with money of its own. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { useLocation } from "wouter";
import { ask, Problem, type TaskDetails } from "../api/client";
import { useWords } from "../i18n/language";
import { keys } from "../live/tasks";
import { useApi } from "../session/context";
import { Refusal } from "../ui/states";
import { NoRoom } from "./room";

const UNFINISHED = new Set(["failed", "cancelled", "dead"]);

export function RetryTask({ task }: { task: TaskDetails }): ReactNode {
  const { tasks } = useWords();
  const api = useApi();
  const cache = useQueryClient();
  const [, go] = useLocation();
  const retry = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/async-tasks/{task_id}/retry", { params: { path: { task_id: task.task_id } } })),
    onSuccess: ({ task_id }) => {
      for (const key of [keys.tasks, keys.budget, keys.deadLetters]) void cache.invalidateQueries({ queryKey: key });
      go(`/tasks/${task_id}`);
    },
  });
  if (!UNFINISHED.has(task.status)) return null;
  const { error } = retry;
  return (
    <>
      <Button className="button primary" isPending={retry.isPending} onPress={() => retry.mutate()}>
        {tasks.retry}
      </Button>
      {error instanceof Problem && error.status === 402 ? <NoRoom problem={error} /> : <Refusal error={error} />}
    </>
  );
}
