/** What work would cost, and why there is no room for it in a budget. */

import type { ReactNode } from "react";
import { Link } from "wouter";
import type { Problem, TaskEstimate } from "../api/client";
import { useFormats, useWords } from "../i18n/language";

export function Cost({ estimate }: { estimate: TaskEstimate }): ReactNode {
  const { documents } = useWords();
  const { money, moment, seconds } = useFormats();
  const short = estimate.levels.find((level) => level.mode === "hard" && level.remaining < estimate.worst_case);
  const cheaper = estimate.cheaper_models.filter((model) => model.fits);
  return (
    <div className={estimate.can_proceed ? "notice" : "refusal"}>
      <p>
        <strong>{documents.worst(money(estimate.worst_case))}</strong>
        {estimate.typical !== null && `, ${documents.typical(money(estimate.typical))}`}
        {estimate.typical_seconds !== null && `, ${documents.typicalTime(seconds(estimate.typical_seconds))}`}
      </p>
      {estimate.can_proceed ? (
        <p className="quiet">{documents.worstHint}</p>
      ) : (
        <>
          {short && (
            <p>
              {documents.noRoomWords(documents.levels[short.level] ?? short.level, money(short.remaining), money(estimate.worst_case))}{" "}
              {documents.resets(moment(short.resets_at))}
            </p>
          )}
          <p>{documents.ways}</p>
          {cheaper.length > 0 && (
            <p>
              {documents.cheaper}: {cheaper.map((model) => `${model.model} (${money(model.worst_case)})`).join(", ")}
            </p>
          )}
        </>
      )}
    </div>
  );
}

/** The API's refusal for want of budget (402): by which budget, what it has left, when it starts anew. */
export function NoRoom({ problem }: { problem: Problem }): ReactNode {
  const { documents } = useWords();
  const { money, moment } = useFormats();
  const { level = "user", remaining = 0, required = 0, resets_at: resets } = problem.body;
  return (
    <div className="refusal" role="alert">
      <strong>{documents.noRoom}</strong>
      <p>
        {documents.noRoomWords(documents.levels[level] ?? level, money(remaining), money(required))}{" "}
        {resets && documents.resets(moment(resets))}
      </p>
      <p>{documents.ways}</p>
      <Link href="/budget">{documents.seeBudget}</Link>
    </div>
  );
}
