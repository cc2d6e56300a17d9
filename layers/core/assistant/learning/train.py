"""A training as a task: gather feedback, search its queries, fit, compare on held-out feedback, keep only if better."""

import json
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from assistant.learning.examples import Choice, choose, rfc_votes
from assistant.learning.fit import Outcome, fit
from assistant.learning.judgements import searched, votes
from assistant.learning.request import TrainingRequest
from assistant.learning.versions import Version, active, keep
from assistant.platform.clock import iso, utc_now
from assistant.platform.db import Database, UnitOfWork
from assistant.search.ranking import DEFAULTS
from assistant.tasks.claim import Claim
from assistant.tasks.run import Store

GATHERED, SEARCHED, FITTED = 15, 60, 90  # progress at each stage


class Training:
    """One run, with its log."""

    def __init__(self, database: Database, claim: Claim) -> None:
        self._database, self._claim = database, claim
        self.request = TrainingRequest.model_validate(claim.task.args)
        self.log: list[dict[str, str]] = []

    def note(self, words: str) -> None:
        """A line of the log, kept where the status is read from."""
        self.log.append({"at": iso(utc_now()), "message": words})
        with self._database.transaction() as work:
            self._claim.save(work, {"log": self.log})

    def run(self) -> Store:
        task, request = self._claim.task, self.request
        self._claim.reach("budget_held", 10, held_microdollars=task.held)
        with self._database.reading() as work:
            base = active(work, task.organization_id)
            selection = request.selection
            if request.training_type == "incremental" and (since := _trained_at(work, task.organization_id)):
                selection = replace(selection, date_from=max(since, selection.date_from or since))
            asked = votes(work, task.organization_id, selection) if request.context != "rfc" else []
            rated = rfc_votes(work, task.organization_id) if request.context != "search" else []
        count = sum(one.count for one in asked) + len(rated)
        self._claim.reach("feedback_gathered", GATHERED, feedback=count, queries=len(asked), rfc_votes=len(rated))
        self.note(f"{count} votes: {len(asked)} queries of searches, {len(rated)} votes on RFCs.")
        outcome = chosen = None
        if count < request.min_feedback_count:
            self.note(f"Fewer than the {request.min_feedback_count} votes that were asked for: nothing is learned.")
        else:
            outcome = self._rank(base, asked) if asked else None
            chosen = choose(rated, base.examples) if rated else None
            if chosen:
                self.note(f"Examples: {chosen.reason}")
        self._claim.reach("quality_checked", FITTED, kept=bool((outcome and outcome.kept) or (chosen and chosen.kept)))
        return lambda work: self._store(work, base, outcome, chosen, count)

    def _rank(self, base: Version, asked: list[Any]) -> Outcome:
        task = self._claim.task

        def searching(percent: int) -> None:
            self._claim.beat(GATHERED + (SEARCHED - GATHERED) * percent // 100)

        def fitting(percent: int) -> None:
            self._claim.beat(SEARCHED + (FITTED - SEARCHED) * percent // 100)

        judged = searched(self._database, task.organization_id, task.user_id, task.task_id, asked, searching)
        self._claim.reach("fitting", SEARCHED, queries=len(judged))
        self.note(f"{len(judged)} of {len(asked)} queries were searched by words and vectors.")
        start = base.weights if self.request.training_type == "incremental" else DEFAULTS
        languages = self.request.training_type == "multilingual"
        outcome = fit(judged, base.weights, start, every_language=languages, step=fitting)
        self.note(f"Ranking: {outcome.reason}")
        return outcome

    def _store(
        self, work: UnitOfWork, base: Version, outcome: Outcome | None, chosen: Choice | None, count: int
    ) -> dict[str, Any]:
        task, version = self._claim.task, None
        evaluation = {
            "ranking": _ranking(outcome),
            "examples": asdict(chosen) if chosen else None,
            "feedback_count": count,
        }
        if (outcome and outcome.kept) or (chosen and chosen.kept):
            weights = outcome.weights if outcome and outcome.kept else base.weights
            examples = chosen.examples if chosen and chosen.kept else base.examples
            version = keep(work, task.organization_id, task.task_id, base, weights, examples, evaluation)
            words = f"Version {version} is in use." if version else "Another version came into use meanwhile: not kept."
            self.log.append({"at": iso(utc_now()), "message": words})
        work.run(
            """INSERT INTO ranking_trainings (training_id, organization_id, training_type, feedback_count, version,
                                              evaluation, log)
               VALUES (CAST(:task AS uuid), CAST(:organization AS uuid), :type, :count, CAST(:version AS integer),
                       CAST(:evaluation AS jsonb), CAST(:log AS jsonb))""",
            task=task.task_id,
            organization=task.organization_id,
            type=self.request.training_type,
            count=count,
            version=version,
            evaluation=json.dumps(evaluation),
            log=json.dumps(self.log, ensure_ascii=False),
        )
        return {"kept": version is not None, "version": version, "evaluation": evaluation, "log": self.log}


def train(database: Database, claim: Claim) -> Store:
    """Do the task `train_ranking`."""
    return Training(database, claim).run()


def _ranking(outcome: Outcome | None) -> dict[str, Any] | None:
    if outcome is None:
        return None
    return {
        "kept": outcome.kept,
        "reason": outcome.reason,
        "weights": asdict(outcome.weights),
        "trained_on": outcome.trained_on,
        "held_out": asdict(outcome.comparison) if outcome.comparison else None,
        "by_language": outcome.by_language,
    }


def _trained_at(work: UnitOfWork, organization_id: str) -> date | None:
    row = work.one(
        """SELECT CAST(max(created_at) AS date) AS trained FROM ranking_versions
           WHERE organization_id = CAST(:organization AS uuid)""",
        organization=organization_id,
    )
    return row["trained"] if row else None
