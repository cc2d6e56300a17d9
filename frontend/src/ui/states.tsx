/** What a view shows while it has nothing to show: loading, empty, refused, unreachable. */

import { useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { Component, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Problem, Unreachable } from "../api/client";
import { useWords } from "../i18n/language";
import { Icon } from "./icon";

export function Loading(): ReactNode {
  const { state } = useWords();
  return (
    <div className="state" role="status">
      <span className="spinner" aria-hidden="true" />
      <p>{state.loading}</p>
    </div>
  );
}

export function Empty({ title, hint, children }: { title: string; hint?: string; children?: ReactNode }): ReactNode {
  return (
    <div className="state">
      <span className="state-mark" aria-hidden="true">
        <Icon name="empty" />
      </span>
      <h2>{title}</h2>
      {hint && <p>{hint}</p>}
      {children}
    </div>
  );
}

export function Failed({ error, onRetry }: { error: unknown; onRetry?: () => void }): ReactNode {
  const { state } = useWords();
  const unreachable = error instanceof Unreachable;
  const problem = error instanceof Problem ? error : null;
  return (
    <div className="state" role="alert">
      <span className="state-mark bad" aria-hidden="true">
        <Icon name={unreachable ? "offline" : "warning"} />
      </span>
      <h2>{unreachable ? state.offline : problem?.status === 403 ? state.forbidden : state.failed}</h2>
      <p>{unreachable ? state.offlineHint : (problem?.message ?? String(error))}</p>
      {problem?.body.request_id && <p className="quiet">{state.requestId(problem.body.request_id)}</p>}
      {onRetry && (
        <Button className="button" onPress={onRetry}>
          {state.tryAgain}
        </Button>
      )}
    </div>
  );
}

/** One query's view: its data as soon as there is any, also while a newer one is fetched or could not be. */
export function Shown<Data>({
  query,
  children,
}: {
  query: UseQueryResult<Data>;
  children: (data: Data) => ReactNode;
}): ReactNode {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  return <Loading />;
}

/** Inside a form: why the API refused it. */
export function Refusal({ error }: { error: unknown }): ReactNode {
  const { state } = useWords();
  if (!error) return null;
  return (
    <p className="refusal" role="alert">
      {error instanceof Unreachable ? `${state.offline}. ${state.offlineHint}` : (error as Error).message}
    </p>
  );
}

interface GuardProps {
  children: ReactNode;
  broken: (again: () => void) => ReactNode;
}

/** Catches a page that breaks, so that the rest of the console stays. */
export class Guard extends Component<GuardProps, { error: unknown }> {
  override state = { error: null };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    return this.state.error ? this.props.broken(() => this.setState({ error: null })) : this.props.children;
  }
}

export function Broken({ again }: { again: () => void }): ReactNode {
  const { state } = useWords();
  const cache = useQueryClient();
  return (
    <div className="state" role="alert">
      <h2>{state.crashed}</h2>
      <p>{state.crashedHint}</p>
      <Button
        className="button"
        onPress={() => {
          cache.clear();
          again();
        }}
      >
        {state.reload}
      </Button>
    </div>
  );
}
