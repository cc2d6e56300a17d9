import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { useWords } from "../i18n/language";
import { Refusal } from "../ui/states";
import type { useTasks } from "./task-queries";

/** Fetches the tasks before those that are shown. */
export function Older({ tasks }: { tasks: ReturnType<typeof useTasks> }): ReactNode {
  const words = useWords();
  if (!tasks.hasOlder) return null;
  return (
    <>
      <Refusal error={tasks.olderError} />
      <Button className="button" isPending={tasks.isReadingOlder} onPress={tasks.readOlder}>
        {words.tasks.more}
      </Button>
    </>
  );
}
