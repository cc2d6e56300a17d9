import type { ReactNode } from "react";
import type { TaskDetails } from "../api/client";
import { useFormats, useWords } from "../i18n/language";
import { remaining } from "../live/estimate";
import { useNow } from "../ui/now";
import { Progress } from "../ui/page";
import { CancelTask } from "./cancel";
import { titleOf, useReport } from "./task-queries";

/** How far a task is, what it does now and how long it still takes. */
export function Underway({ task, usual }: { task: TaskDetails; usual: number | null }): ReactNode {
  const words = useWords();
  const { seconds } = useFormats();
  const report = useReport(task.task_id);
  const now = useNow(1000);
  const left = remaining(task, usual, now);
  const rough = left && left.to - left.from > Math.max(5, left.to * 0.25);
  return (
    <>
      <Progress value={task.progress} label={words.tasks.progressOf(titleOf(task, words))} />
      <p className="meta">
        {report?.section && task.stage === "generating"
          ? words.tasks.section(report.section_number ?? 1, report.sections ?? 1, report.section)
          : (words.tasks.stage[task.stage] ?? task.stage)}
      </p>
      <p className="meta">
        {left && (rough ? words.tasks.etaRange(seconds(left.from), seconds(left.to)) : words.tasks.eta(seconds(left.to)))}
        <span className="spring" />
        <CancelTask task={task} />
      </p>
    </>
  );
}
