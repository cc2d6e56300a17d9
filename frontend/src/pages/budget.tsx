import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Meter } from "react-aria-components/Meter";
import { ask, type BudgetCheck, type BudgetStatus } from "../api/client";
import { useBudgetStatus } from "../frame";
import { useFormats, useWords } from "../i18n/language";
import { keys } from "../live/tasks";
import { useApi, useIsAdmin } from "../session/context";
import { Field } from "../ui/fields";
import { Fact, Page, Panel } from "../ui/page";
import { Refusal, Shown } from "../ui/states";
import { Usage } from "./budget-usage";
import { Overview } from "./overview";

export default function Budget(): ReactNode {
  const { budget } = useWords();
  const status = useBudgetStatus();
  const isAdmin = useIsAdmin();
  return (
    <Page title={budget.title} intro={budget.intro}>
      <Shown query={status}>
        {(data) => (
          <>
            <Gauge status={data} />
            <Usage />
            <div className="halves">
              <Alerts />
              <Blocked />
            </div>
            {isAdmin && <Overview />}
          </>
        )}
      </Shown>
    </Page>
  );
}

function Gauge({ status }: { status: BudgetStatus }): ReactNode {
  const { budget } = useWords();
  const { money, moment, number, percent } = useFormats();
  const held = status.budget_limit > 0 ? (100 * status.held) / status.budget_limit : 0;
  const used = Math.min(100, status.budget_limit > 0 ? (100 * status.current_usage) / status.budget_limit : 100);
  return (
    <Panel>
      <div className="gauge">
        <p className="large">
          {money(Math.max(0, status.remaining_budget))} <span className="quiet">{budget.remaining}</span>
        </p>
        <span className={`chip ${status.budget_status}`}>{budget.standing[status.budget_status] ?? status.budget_status}</span>
      </div>
      <Meter
        className="meter"
        aria-label={budget.title}
        value={Math.min(100, used + held)}
        valueLabel={budget.of(money(status.current_usage), money(status.budget_limit))}
      >
        <div className={`track ${status.budget_status}`}>
          <span className="used" style={{ width: `${used}%` }} />
          <span className="held" style={{ width: `${Math.min(100 - used, held)}%` }} />
        </div>
        <p className="meta quiet">
          {budget.of(money(status.current_usage), money(status.budget_limit))} ({percent(status.usage_percentage)})
          <span className="spring" />
          {budget.resets(moment(status.resets_at))}
        </p>
      </Meter>
      <dl className="facts">
        <Fact name={budget.held}>{money(status.held)}</Fact>
        <Fact name={budget.projection}>{money(status.monthly_projection)}</Fact>
        <Fact name={budget.average}>{money(status.daily_average)}</Fact>
        <Fact name={budget.requests}>{number(status.total_requests)}</Fact>
      </dl>
    </Panel>
  );
}

function Alerts(): ReactNode {
  const { budget, documents } = useWords();
  const { money, moment } = useFormats();
  const api = useApi();
  const alerts = useQuery({
    queryKey: [...keys.budget, "alerts"],
    queryFn: () => ask(api.GET("/api/v1/budget/alerts")),
  });
  return (
    <Panel title={budget.alerts}>
      <Shown query={alerts}>
        {(data) =>
          data.alerts.length === 0 ? (
            <p className="quiet">{budget.noAlerts}</p>
          ) : (
            <ul className="plain-list">
              {data.alerts.map((alert) => (
                <li key={alert.alert_id}>
                  <strong>{budget.alert(documents.levels[alert.level] ?? alert.level, alert.threshold)}</strong>
                  <p className="quiet meta">
                    {moment(alert.created_at)}
                    <span>{budget.of(money(alert.current_usage), money(alert.budget_limit))}</span>
                    <span className={`chip ${alert.resolved ? "" : "warning"}`}>{alert.resolved ? budget.resolved : budget.open}</span>
                  </p>
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
    </Panel>
  );
}

/** Which budget would stop an amount, and when it starts anew. */
function Blocked(): ReactNode {
  const { budget } = useWords();
  const api = useApi();
  const [amount, setAmount] = useState("0.01");
  const [asked, setAsked] = useState("0.01");
  const check = useQuery({
    queryKey: [...keys.budget, "check", asked],
    queryFn: () => ask(api.GET("/api/v1/budget/check/{estimated_cost}", { params: { path: { estimated_cost: asked as never } } })),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const clean = amount.replace(",", ".").trim();
    if (clean) setAsked(clean);
  };
  return (
    <Panel title={budget.blocked}>
      <p className="quiet">{budget.blockedHint}</p>
      <form className="line-form" onSubmit={submit}>
        <Field label={budget.checkAmount} value={amount} onChange={setAmount} inputMode="decimal" />
        <Button className="button" type="submit" isPending={check.isFetching}>
          {budget.check}
        </Button>
      </form>
      {check.data ? <Room check={check.data} /> : <Refusal error={check.error} />}
    </Panel>
  );
}

function Room({ check }: { check: BudgetCheck }): ReactNode {
  const { budget, documents } = useWords();
  const { money, moment } = useFormats();
  return (
    <>
      <p className={check.can_proceed ? "notice" : "refusal"} role="status">
        {check.can_proceed ? budget.fits : budget.doesNotFit}
      </p>
      <ul className="plain-list">
        {check.levels.map((level) => (
          <li key={level.level}>
            <strong>{documents.levels[level.level] ?? level.level}</strong>: {money(level.remaining)} / {money(level.limit)},{" "}
            {budget.modes[level.mode] ?? level.mode}
            <p className="quiet">{budget.resets(moment(level.resets_at))}</p>
          </li>
        ))}
      </ul>
    </>
  );
}
