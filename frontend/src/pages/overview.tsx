/** The organisation's budgets, for its administrators: who spends, who runs out, and changing a limit. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { ask, Problem, type BudgetOverview, type SpenderSummary } from "../api/client";
import { useFormats, useWords } from "../i18n/language";
import { keys } from "../live/tasks";
import { useApi } from "../session/context";
import { Window } from "../ui/dialog";
import { Ending } from "../ui/ending";
import { Field } from "../ui/fields";
import { Fact, Panel } from "../ui/page";
import { Shown } from "../ui/states";
import { Table } from "../ui/table";
import { WhatIf } from "./what-if";

/** Whose limit is to be changed, and how their period goes; without a user, the organisation's. */
export interface Whose {
  user_id: string | null;
  email: string;
  budget_limit: number;
  current_usage: number;
  held: number;
  projected_usage: number | null;
}

export function Overview(): ReactNode {
  const { budget } = useWords();
  const api = useApi();
  const [changing, setChanging] = useState<Whose | null>(null);
  const [changed, setChanged] = useState("");
  const overview = useQuery({
    queryKey: [...keys.budget, "overview"],
    queryFn: () => ask(api.GET("/api/v1/budget/overview")),
  });
  return (
    <Panel title={budget.overview}>
      {changed && (
        <p className="notice" role="status">
          {changed}
        </p>
      )}
      <Shown query={overview}>{(data) => <Numbers overview={data} onChange={setChanging} />}</Shown>
      <Window title={changing ? budget.changeOf(changing.email) : ""} isOpen={changing !== null} onClose={() => setChanging(null)}>
        {changing && (
          <ChangeLimit
            whose={changing}
            onDone={(said) => {
              setChanged(said);
              setChanging(null);
            }}
            onClose={() => setChanging(null)}
          />
        )}
      </Window>
    </Panel>
  );
}

function Numbers({ overview, onChange }: { overview: BudgetOverview; onChange: (whose: Whose) => void }): ReactNode {
  const { budget } = useWords();
  const { money, number } = useFormats();
  return (
    <>
      <dl className="facts">
        {overview.organization_limit !== null && (
          <Fact name={budget.used}>{budget.of(money(overview.organization_usage ?? 0), money(overview.organization_limit))}</Fact>
        )}
        <Fact name={budget.held}>{money(overview.organization_held ?? 0)}</Fact>
        <Fact name={budget.users}>{number(overview.users)}</Fact>
        <Fact name={budget.at(80)}>{number(overview.users_at_80_percent)}</Fact>
        <Fact name={budget.at(95)}>{number(overview.users_at_95_percent)}</Fact>
        <Fact name={budget.at(100)}>{number(overview.users_at_100_percent)}</Fact>
      </dl>
      {overview.organization_limit !== null && (
        <Button
          className="button"
          onPress={() =>
            onChange({
              user_id: null,
              email: budget.organisation,
              budget_limit: overview.organization_limit ?? 0,
              current_usage: overview.organization_usage ?? 0,
              held: overview.organization_held ?? 0,
              projected_usage: null,
            })
          }
        >
          {budget.change}
        </Button>
      )}
      <h3>{budget.top}</h3>
      <Spenders label={budget.top} spenders={overview.top_spenders} onChange={onChange} />
      <h3>{budget.risk}</h3>
      {overview.at_risk.length === 0 ? (
        <p className="quiet">{budget.noRisk}</p>
      ) : (
        <Spenders label={budget.risk} spenders={overview.at_risk} onChange={onChange} />
      )}
    </>
  );
}

interface SpendersProps {
  label: string;
  spenders: SpenderSummary[];
  onChange: (whose: Whose) => void;
}

function Spenders({ label, spenders, onChange }: SpendersProps): ReactNode {
  const { budget } = useWords();
  const { money, percent } = useFormats();
  const rows = spenders.map((one) => [
    one.email,
    <>
      {money(one.current_usage)} <span className="quiet">{percent(one.usage_percentage)}</span>
    </>,
    money(one.budget_limit),
    money(one.projected_usage),
    <Button className="button small" aria-label={budget.changeOf(one.email)} onPress={() => onChange(one)}>
      {budget.change}
    </Button>,
  ]);
  return <Table label={label} columns={[budget.user, budget.used, budget.limit, budget.projected, budget.change]} rows={rows} />;
}

function ChangeLimit({ whose, onDone, onClose }: { whose: Whose; onDone: (said: string) => void; onClose: () => void }): ReactNode {
  const { budget } = useWords();
  const { money } = useFormats();
  const api = useApi();
  const cache = useQueryClient();
  const [limit, setLimit] = useState(String(whose.budget_limit));
  const [reason, setReason] = useState("");
  const change = useMutation({
    mutationFn: () =>
      ask(
        api.POST("/api/v1/budget/update", {
          body: {
            ...(whose.user_id ? { user_id: whose.user_id } : { level: "organization" as const }),
            new_budget_limit: limit.replace(",", ".").trim(),
            reason,
          },
        }),
      ),
    onSuccess: (answer) => {
      void cache.invalidateQueries({ queryKey: keys.budget });
      onDone(budget.changed(whose.email, money(answer.new_budget_limit)));
    },
  });
  const wrong = change.error instanceof Problem ? change.error : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <form className="form" onSubmit={submit} noValidate>
      <Field
        label={budget.newLimit}
        value={limit}
        onChange={setLimit}
        inputMode="decimal"
        error={wrong?.at("/new_budget_limit")}
        required
        autoFocus
      />
      <Field label={budget.reason} hint={budget.reasonHint} value={reason} onChange={setReason} error={wrong?.at("/reason")} required />
      <WhatIf limit={limit} whose={whose} />
      <Ending error={change.error} isPending={change.isPending} save={budget.save} cancel={budget.cancel} onClose={onClose} />
    </form>
  );
}
