/** What was charged: day by day and provider by provider, and for which feature. */

import { useQuery } from "@tanstack/react-query";
import { useMemo, useState, type ReactNode } from "react";
import { ask, type UsageHistory } from "../api/client";
import { useFormats, useWords } from "../i18n/language";
import { keys } from "../live/tasks";
import { useApi } from "../session/context";
import { Bars } from "../ui/chart";
import { Choice } from "../ui/fields";
import { Panel } from "../ui/page";
import type { Series } from "../ui/stack";
import { Shown } from "../ui/states";
import { Table } from "../ui/table";

type Period = "7" | "30" | "90";

export function Usage(): ReactNode {
  const { budget } = useWords();
  const { number, money } = useFormats();
  const api = useApi();
  const [period, setPeriod] = useState<Period>("30");
  const days = Number(period);
  const history = useQuery({
    queryKey: [...keys.budget, "history", days],
    queryFn: () => ask(api.GET("/api/v1/budget/usage-history", { params: { query: { days } } })),
  });
  const features = useQuery({
    queryKey: [...keys.budget, "features", days],
    queryFn: () => ask(api.GET("/api/v1/auth/usage-stats", { params: { query: { days } } })),
  });
  const periods = Object.fromEntries(["7", "30", "90"].map((count) => [count, budget.days(Number(count))]));
  return (
    <Panel
      title={budget.perDay}
      actions={<Choice bare label={budget.period} value={period} options={periods} onChange={(to: string) => setPeriod(to as Period)} />}
    >
      <Shown query={history}>{(data) => <Days history={data} />}</Shown>
      <h3>{budget.perFeature}</h3>
      <Shown query={features}>
        {(data) =>
          data.features.length === 0 ? (
            <p className="quiet">{budget.noUsage}</p>
          ) : (
            <Table
              label={budget.perFeature}
              columns={[budget.feature, budget.cost, budget.requests, budget.tokens]}
              rows={data.features.map((one) => [
                <>
                  {one.feature}
                  <Share of={one.cost} most={Math.max(...data.features.map(({ cost }) => cost))} />
                </>,
                money(one.cost),
                number(one.requests),
                number(one.input_tokens + one.output_tokens),
              ])}
            />
          )
        }
      </Shown>
    </Panel>
  );
}

function Days({ history }: { history: UsageHistory }): ReactNode {
  const { budget } = useWords();
  const { money, day, number } = useFormats();
  const providers = useMemo(() => [...new Set(history.days.flatMap((one) => Object.keys(one.providers)))].sort(), [history]);
  const series = useMemo<Series[]>(
    () => providers.map((name) => ({ name, values: history.days.map((one) => one.providers[name]?.cost ?? 0) })),
    [history, providers],
  );
  const labels = useMemo(() => history.days.map((one) => day(one.date)), [history, day]);
  if (history.total_cost === 0) return <p className="quiet">{budget.noUsage}</p>;
  return (
    <>
      <Bars days={labels} series={series} format={money} label={budget.perDay} />
      <ul className="legend" aria-label={budget.perProvider}>
        {series.map((one, index) => (
          <li key={one.name} className={`series-${(index % 6) + 1}`}>
            {one.name} <span className="quiet">{money(one.values.reduce((sum, value) => sum + value, 0))}</span>
          </li>
        ))}
      </ul>
      <details>
        <summary>{budget.asTable}</summary>
        <Table
          label={budget.perDay}
          columns={[budget.day, ...providers, budget.requests]}
          rows={history.days
            .filter((one) => one.cost > 0 || one.requests > 0)
            .map((one) => [day(one.date), ...providers.map((name) => money(one.providers[name]?.cost ?? 0)), number(one.requests)])}
        />
      </details>
    </>
  );
}

/** A bar beside its number, as long as its share of the largest. */
function Share({ of, most }: { of: number; most: number }): ReactNode {
  return (
    <span className="share" aria-hidden="true">
      <span style={{ width: `${most > 0 ? (100 * of) / most : 0}%` }} />
    </span>
  );
}
