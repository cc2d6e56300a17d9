"""Rolling back: the version before counts again, at once."""

import json
from dataclasses import asdict

from assistant.search.ranking import DEFAULTS, Weights, weights_of

FUNCTION = "learning.roll_back_learning"
BODY = {"reason": "worse in practice"}


def version(db, person, number, based_on, state, weights):
    with db.transaction() as work:
        work.run(
            """INSERT INTO ranking_versions (organization_id, version, based_on, state, weights, examples, evaluation)
               VALUES (CAST(:o AS uuid), :version, CAST(:base AS integer), :state, CAST(:weights AS jsonb), '[]',
                       '{}')""",
            o=person.organization_id, version=number, base=based_on, state=state, weights=json.dumps(asdict(weights)),
        )  # fmt: skip


def used(db, person):
    with db.reading() as work:
        return weights_of(work, person.organization_id)


def test_an_anonymous_caller_is_refused(call):
    assert call(FUNCTION, json_body=BODY).status == 401


def test_a_user_without_the_scope_is_refused(call, person):
    assert call(FUNCTION, person(), json_body=BODY).status == 403


def test_nothing_learned_is_a_conflict(call, person):
    assert call(FUNCTION, person(role="admin"), json_body=BODY).status == 409


def test_each_call_goes_one_version_back_and_at_last_to_the_defaults(call, person, db):
    admin, other = person(role="admin"), person(role="admin")
    first, second = Weights(title=0.5), Weights(freshness=0.25)
    version(db, other, 1, None, "active", second)
    version(db, admin, 1, None, "superseded", first)
    version(db, admin, 2, 1, "active", second)
    answer = call(FUNCTION, admin, json_body=BODY)
    assert (answer.status, answer.body["rolled_back_version"], answer.body["active_version"]) == (200, 2, 1)
    assert (answer.body["weights"]["title"], used(db, admin)) == (0.5, first)
    assert call(FUNCTION, admin, json_body=BODY).body["active_version"] == 0
    assert used(db, admin) == DEFAULTS
    assert call(FUNCTION, admin, json_body=BODY).status == 409
    assert call(FUNCTION, other, json_body=BODY).body["rolled_back_version"] == 1


def test_a_reason_is_needed(call, person):
    assert call(FUNCTION, person(role="admin"), json_body={}).status == 422
