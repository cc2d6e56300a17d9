/** What a new limit would mean, before it is set: for this period, and for one's own last thirty days. */

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ask } from "../api/client";
import { useFormats, useWords } from "../i18n/language";
import { dollars, usedUpOn } from "../live/limit";
import { keys } from "../live/tasks";
import { useApi, useUser } from "../session/context";
import type { Whose } from "./overview";

const DAYS = 30;

export function WhatIf({ limit: text, whose }: { limit: string; whose: Whose }): ReactNode {
  const { budget } = useWords();
  const { money, percent, day } = useFormats();
  const api = useApi();
  const { user_id: self } = useUser();
  const limit = dollars(text);
  const own = whose.user_id === self;
  const days = useQuery({
    queryKey: [...keys.budget, "history", DAYS],
    queryFn: () => ask(api.GET("/api/v1/budget/usage-history", { params: { query: { days: DAYS } } })),
    enabled: own, // the API tells everyone's days to themselves alone
  });
  const history = own ? days.data : undefined; // what another page has asked for of oneself would be shown too
  if (limit === null) return null;
  const taken = whose.current_usage + whose.held;
  const expected = whose.projected_usage;
  const usedUp = history && usedUpOn(history.days, limit);
  return (
    <div className={taken > limit ? "refusal" : "notice"} role="status">
      <strong>{budget.whatIf}</strong>
      <p>{taken > limit ? budget.whatIfOver : budget.whatIfUsed(percent((100 * taken) / limit))}</p>
      {expected !== null && (
        <p>
          {expected > limit ? budget.whatIfShort(money(expected)) : budget.whatIfEnough(percent((100 * expected) / limit))}
        </p>
      )}
      {history && (
        <p>
          {usedUp
            ? budget.whatIfMonthShort(day(usedUp))
            : budget.whatIfMonthEnough(percent((100 * history.total_cost) / limit))}
        </p>
      )}
    </div>
  );
}
