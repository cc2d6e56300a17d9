import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Refusal } from "./states";

interface EndingProps {
  error: unknown;
  isPending: boolean;
  save: string;
  cancel: string;
  onClose: () => void;
}

/** How a form in a dialog ends: why it was refused, the way out, the way on. */
export function Ending({ error, isPending, save, cancel, onClose }: EndingProps): ReactNode {
  return (
    <>
      <Refusal error={error} />
      <div className="actions">
        <Button className="button" onPress={onClose}>
          {cancel}
        </Button>
        <Button className="button primary" type="submit" isPending={isPending}>
          {save}
        </Button>
      </div>
    </>
  );
}
