"""Every table of an organization has a condition of its own, and each that is taken away is seen."""

import pytest

from tests.architecture.rules_own_condition import leaning, mutants
from tests.architecture.rules_tenancy import EXEMPT, violations
from tests.architecture.schema import Schema
from tests.architecture.source import python_files
from tests.architecture.sql_texts import Texts

SCHEMA = Schema.read()
BOUND = [sql for sql in Texts(python_files("functions", "layers/core")).found if not EXEMPT.match(sql.text)]
# Its tables are joined by the ids of one row, which is bound.
JOINED = {"layers/core/assistant/budget/alerts.py": ["b", "p"]}
ON_CONFLICT = "a row that may be anyone's is updated on conflict"  # the other rule looks at the key of the conflict


@pytest.mark.parametrize("sql", BOUND, ids=str)
def test_every_table_has_a_condition_of_its_own(sql):
    found = [finding for finding in leaning(sql.text, SCHEMA) if finding != ON_CONFLICT]
    assert found == JOINED.get(sql.place.partition(":")[0], []) or found == []


def test_each_condition_that_is_taken_away_is_seen():
    each = [(sql, instead) for sql in BOUND for instead in mutants(sql.text)]
    survivors = [
        sql.place
        for sql, instead in each
        if not violations(instead, SCHEMA) and leaning(instead, SCHEMA) == leaning(sql.text, SCHEMA)
    ]
    assert survivors == []
    assert len(each) >= 350


def test_the_rule_sees_a_table_that_leans_on_another_ones_condition():
    bound = "chunks.organization_id = CAST(:organization AS uuid)"
    text = f"SELECT 1 FROM chunks JOIN documents USING (document_id) WHERE {bound}"
    assert leaning(text, SCHEMA) == ["documents"]
    assert leaning(f"{text} AND documents.organization_id = CAST(:organization AS uuid)", SCHEMA) == []
