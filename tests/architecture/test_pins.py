"""No text of the deployed code would pin a session on RDS Proxy; the proxy of the local cloud has the rules."""

import pytest

from local.database_proxy.pins import STATEMENT_LIMIT, reason_to_pin
from tests.architecture.source import Source, python_files
from tests.architecture.sql_texts import Sql, Texts

TEXTS = Texts(python_files("functions", "layers/core")).found


def pin(sql: Sql) -> str | None:
    """What is wrong with a text, and what to do."""
    reason = reason_to_pin(sql.text)
    return reason and f"{sql.place}: {reason} keeps a connection for one client. Write it another way"


@pytest.mark.parametrize("sql", TEXTS, ids=str)
def test_a_text_pins_nothing(sql):
    assert pin(sql) is None


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("SET statement_timeout = 1", "SET or RESET"),
        ("SELECT 1; SET LOCAL work_mem = '1MB'", "SET or RESET"),
        ("SELECT set_config('a.b', :value, true)", "set_config"),
        ("PREPARE p AS SELECT 1", "PREPARE"),
        ("CREATE TEMP TABLE t (x int)", "temporary object"),
        ("SELECT 1 AS x INTO TEMPORARY t", "temporary object"),
        ("DECLARE c CURSOR FOR SELECT 1", "cursor"),
        ("LISTEN tasks", "LISTEN"),
        ("LOAD 'auto_explain'", "LOAD"),
        ("SELECT nextval('s')", "sequence function"),
        ("SELECT setval('s', 1)", "sequence function"),
        ("SELECT pg_advisory_lock(1)", "session advisory lock"),
        ("SELECT pg_try_advisory_lock_shared(1)", "session advisory lock"),
        (f"SELECT '{'x' * STATEMENT_LIMIT}'", "over 16 KB"),
    ],
)
def test_a_text_that_pins_is_seen_where_it_stands(statement, reason):
    planted = Source("layers/core/assistant/tasks/x.py", f"def f(work):\n    work.run({statement!r})\n")
    [sql] = Texts([planted]).found
    finding = pin(sql)
    assert finding is not None
    assert finding.startswith("layers/core/assistant/tasks/x.py:2")
    assert reason in finding


def test_a_lock_of_the_transaction_pins_nothing():
    assert pin(Sql("x", "SELECT pg_advisory_xact_lock(:key)")) is None
