import { cleanup, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { show } from "../test/surroundings";
import type { Whose } from "./overview";
import { WhatIf } from "./what-if";

afterEach(cleanup);

const HISTORY = "GET /api/v1/budget/usage-history";
const days = [2, 3].map((cost, index) => ({ date: `2026-01-0${index + 1}`, cost, requests: 1, providers: {} }));
const whose = (change: Partial<Whose> = {}): Whose => ({
  user_id: "other",
  email: "one@example.com",
  budget_limit: 10,
  current_usage: 3,
  held: 1,
  projected_usage: 8,
  ...change,
});

test("another's limit: how much is used, and whether the pace fits; their days are not asked for", () => {
  const { asked } = show(<WhatIf limit="16" whose={whose()} />, {});
  expect(screen.getByRole("status").textContent).toMatch(/25\s?% of it is used.*ends at 50\s?% of it/);
  expect(asked).toEqual([]);
});

test("a limit below what is used is said to refuse at once, one below the pace not to last", () => {
  show(<WhatIf limit="3,5" whose={whose()} />, {});
  expect(screen.getByRole("status").textContent).toMatch(/refused at once.*does not last: \$8\.00/);
});

test("one's own limit is held against the last thirty days", async () => {
  const answers = { [HISTORY]: () => ({ days, total_cost: 5, total_requests: 2 }) };
  show(<WhatIf limit="4" whose={whose({ user_id: "me", projected_usage: null })} />, answers);
  expect(await screen.findByText(/used up on Jan 2/)).toBeTruthy();
  cleanup();
  show(<WhatIf limit="10" whose={whose({ user_id: "me" })} />, answers);
  expect(await screen.findByText(/last 30 days cost 50\s?% of it/)).toBeTruthy();
});

test("one's own days are not shown as another's, though they are known", async () => {
  const both = <>{["me", "other"].map((one) => <WhatIf key={one} limit="10" whose={whose({ user_id: one })} />)}</>;
  show(both, { [HISTORY]: () => ({ days, total_cost: 5, total_requests: 2 }) });
  expect(await screen.findAllByText(/last 30 days/)).toHaveLength(1);
});

test("what is no amount is not judged", () => {
  show(<WhatIf limit="much" whose={whose()} />, {});
  expect(screen.queryByRole("status")).toBeNull();
});
