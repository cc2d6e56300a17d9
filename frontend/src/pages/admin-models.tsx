/** Providers: which answer, how calls are spread over them, what each cost, and the organisation's own prices. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { ask, Problem, type LlmModels } from "../api/client";
import { useFormats, useWords } from "../i18n/language";
import { useApi } from "../session/context";
import { Window } from "../ui/dialog";
import { Ending } from "../ui/ending";
import { Choice, Field } from "../ui/fields";
import { Panel } from "../ui/page";
import { Refusal, Shown } from "../ui/states";
import { Table } from "../ui/table";

type Strategy = "priority" | "cost_optimized" | "quality_optimized" | "balanced" | "round_robin" | "ab_test";

interface Priced {
  provider: string;
  model: string;
  input: number;
  output: number;
}

export function Models(): ReactNode {
  const { admin } = useWords();
  const api = useApi();
  const [pricing, setPricing] = useState<Priced | null>(null);
  const [saved, setSaved] = useState(false);
  const models = useQuery({ queryKey: ["llm", "models"], queryFn: () => ask(api.GET("/api/v1/llm/models")) });
  return (
    <>
      <Health />
      <Routing />
      <Panel title={admin.prices}>
        <p className="quiet">{admin.pricesHint}</p>
        {saved && (
          <p className="notice" role="status">
            {admin.priceSaved}
          </p>
        )}
        <Shown query={models}>{(data) => <Prices models={data} onSet={setPricing} />}</Shown>
      </Panel>
      <Window title={pricing ? admin.setPriceOf(pricing.model) : ""} isOpen={pricing !== null} onClose={() => setPricing(null)}>
        {pricing && (
          <SetPrice
            of={pricing}
            onDone={() => {
              setSaved(true);
              setPricing(null);
            }}
            onClose={() => setPricing(null)}
          />
        )}
      </Window>
    </>
  );
}

function Health(): ReactNode {
  const { admin } = useWords();
  const { number } = useFormats();
  const api = useApi();
  const health = useQuery({
    queryKey: ["llm", "health"],
    queryFn: () => ask(api.GET("/api/v1/llm/health")),
    refetchInterval: 30_000,
  });
  return (
    <Panel title={admin.health}>
      <Shown query={health}>
        {(data) => (
          <ul className="plain-list">
            {data.providers.map((one) => (
              <li key={one.provider} className="meta">
                <strong>{one.provider}</strong> {one.model}
                <span className={`chip ${one.status}`}>{admin.states[one.status] ?? one.status}</span>
                <span className="quiet">
                  {admin.latency}: {number(one.latency_ms)} ms
                </span>
                {one.error && <span className="bad">{one.error}</span>}
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </Panel>
  );
}

function Routing(): ReactNode {
  const { admin } = useWords();
  const { money, number } = useFormats();
  const api = useApi();
  const cache = useQueryClient();
  const stats = useQuery({ queryKey: ["llm", "stats"], queryFn: () => ask(api.GET("/api/v1/llm/stats")) });
  const change = useMutation({
    mutationFn: (strategy: Strategy) => ask(api.POST("/api/v1/llm/routing-strategy", { body: { strategy } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["llm", "stats"] }),
  });
  return (
    <Panel title={admin.routing}>
      <Shown query={stats}>
        {(data) => (
          <>
            <Choice
              label={admin.strategy}
              value={data.strategy}
              options={admin.strategies}
              onChange={(strategy) => change.mutate(strategy as Strategy)}
            />
            <Refusal error={change.error} />
            {change.data && (
              <p className="notice" role="status">
                {admin.strategySaved(change.data.within_seconds)}
              </p>
            )}
            <h3>{admin.stats}</h3>
            <Table
              label={admin.stats}
              words={2}
              columns={[admin.provider, admin.model, admin.requests, admin.failed, admin.tokens, admin.cost]}
              rows={data.providers.map((one) => [
                one.provider,
                one.model,
                number(one.requests),
                number(one.failed + one.lost),
                number(one.input_tokens + one.output_tokens),
                money(one.cost),
              ])}
            />
          </>
        )}
      </Shown>
    </Panel>
  );
}

function Prices({ models, onSet }: { models: LlmModels; onSet: (priced: Priced) => void }): ReactNode {
  const { admin } = useWords();
  const { money, day } = useFormats();
  const rows = models.providers.flatMap(({ provider, listed_as: listedAs, models: offered }) =>
    offered.map(({ model, price }) => {
      const { input = 0, output = 0 } = price?.tiers[0] ?? {};
      return [
        provider,
        model,
        price ? money(input) : "–",
        price ? money(output) : "–",
        price ? (
          <>
            {day(price.as_of)} {price.nominal && <span className="chip" title={admin.nominalHint}>{admin.nominal}</span>}
          </>
        ) : (
          admin.noPrice
        ),
        <Button
          className="button small"
          aria-label={admin.setPriceOf(model)}
          onPress={() => onSet({ provider: listedAs, model, input, output })}
        >
          {admin.setPrice}
        </Button>,
      ];
    }),
  );
  const columns = [admin.provider, admin.model, admin.input, admin.output, admin.asOf, admin.setPrice];
  return <Table label={admin.prices} words={2} columns={columns} rows={rows} />;
}

function SetPrice({ of, onDone, onClose }: { of: Priced; onDone: () => void; onClose: () => void }): ReactNode {
  const { admin } = useWords();
  const api = useApi();
  const cache = useQueryClient();
  const [input, setInput] = useState(String(of.input));
  const [output, setOutput] = useState(String(of.output));
  const [source, setSource] = useState("");
  const [reason, setReason] = useState("");
  const set = useMutation({
    mutationFn: () =>
      ask(
        api.PUT("/api/v1/llm/prices", {
          body: {
            provider: of.provider,
            model: of.model,
            tiers: [{ above: 0, input: input.replace(",", "."), output: output.replace(",", ".") }],
            source,
            reason,
          },
        }),
      ),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: ["llm"] });
      onDone();
    },
  });
  const wrong = set.error instanceof Problem ? set.error : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    set.mutate();
  };
  return (
    <form className="form" onSubmit={submit} noValidate>
      <p className="quiet">{admin.pricesHint}</p>
      <div className="two">
        <Field label={admin.input} value={input} onChange={setInput} inputMode="decimal" error={wrong?.at("/tiers/0/input")} required />
        <Field label={admin.output} value={output} onChange={setOutput} inputMode="decimal" error={wrong?.at("/tiers/0/output")} required />
      </div>
      <Field label={admin.source} value={source} onChange={setSource} error={wrong?.at("/source")} required />
      <Field label={admin.reason} value={reason} onChange={setReason} error={wrong?.at("/reason")} required />
      <Ending error={set.error} isPending={set.isPending} save={admin.save} cancel={admin.cancel} onClose={onClose} />
    </form>
  );
}
