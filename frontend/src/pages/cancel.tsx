/** Cancelling a task: what it saves is said before and after. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { ask, Problem, type TaskDetails } from "../api/client";
import { useFormats, useWords } from "../i18n/language";
import { FINAL, keys } from "../live/tasks";
import { useApi } from "../session/context";
import { Window } from "../ui/dialog";
import { Refusal } from "../ui/states";

export function CancelTask({ task }: { task: TaskDetails }): ReactNode {
  const { tasks } = useWords();
  const { money } = useFormats();
  const api = useApi();
  const cache = useQueryClient();
  const [asking, setAsking] = useState(false);
  const cancel = useMutation({
    mutationFn: () => ask(api.DELETE("/api/v1/async-tasks/{task_id}", { params: { path: { task_id: task.task_id } } })),
    onSuccess: (answer) => {
      cache.setQueryData(keys.task(task.task_id), answer);
      setAsking(false);
    },
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: keys.tasks });
      void cache.invalidateQueries({ queryKey: keys.task(task.task_id) });
      void cache.invalidateQueries({ queryKey: keys.budget });
    },
  });
  if (FINAL.has(task.status)) return null;
  if (task.cancel_requested_at)
    return (
      <span className="chip" role="status">
        {tasks.cancelling}
      </span>
    );
  const late = cancel.error instanceof Problem && cancel.error.status === 409;
  return (
    <>
      <Button className="button" onPress={() => setAsking(true)}>
        {tasks.cancel}
      </Button>
      <Window title={tasks.cancelAsk} isOpen={asking} onClose={() => setAsking(false)} role="alertdialog">
        <p>{tasks.cancelHint(money(task.held))}</p>
        {cancel.error && <Refusal error={late ? new Error(tasks.tooLate) : cancel.error} />}
        <div className="actions">
          <Button className="button" onPress={() => setAsking(false)}>
            {tasks.keep}
          </Button>
          <Button className="button danger" isPending={cancel.isPending} onPress={() => cancel.mutate()}>
            {tasks.cancelTask}
          </Button>
        </div>
      </Window>
    </>
  );
}

/** What the cancellation gave back, in dollars; null when the task does not say. */
export function savedOf(task: TaskDetails): { saved: number; cost: number } | null {
  const result = task.result;
  if (task.status !== "cancelled" || typeof result?.saved_microdollars !== "number") return null;
  return { saved: result.saved_microdollars / 1e6, cost: Number(result.cost_microdollars ?? 0) / 1e6 };
}
