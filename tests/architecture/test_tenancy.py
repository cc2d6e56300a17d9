"""Nothing reads or writes rows of somebody without saying whose, and a statement that would is seen."""

import re

import pytest

from tests.architecture.rules_tenancy import (
    EXEMPT,
    functions_take_the_organization,
    people_have_an_organization,
    unbound,
    violations,
)
from tests.architecture.schema import Schema
from tests.architecture.source import Source, python_files
from tests.architecture.sql_texts import Sql, Texts

SCHEMA = Schema.read()
TEXTS = Texts(python_files("functions", "layers/core"))
BOUND = [sql for sql in TEXTS.found if not EXEMPT.match(sql.text)]
PARAMETER = re.compile(r"CAST\(:organization\w* AS uuid\)")


def test_every_text_can_be_read():
    assert TEXTS.unreadable == []
    assert len(TEXTS.found) > 60


def test_the_schema_is_read():
    assert {"users", "holds", "tasks", "chunks", "rfcs"} <= SCHEMA.tenant_tables
    assert "organization_prices" in SCHEMA.tenant_tables
    assert "model_prices" not in SCHEMA.tenant_tables  # had the column, until an ALTER TABLE dropped it
    assert "hold_budget" in SCHEMA.functions


@pytest.mark.parametrize("sql", TEXTS.found, ids=str)
def test_a_statement_says_whose_rows_it_touches(sql: Sql):
    assert [f"{sql.place}: {finding}" for finding in unbound(sql.text, SCHEMA)] == []


def touches(sql: Sql) -> bool:
    """Whether the statement has an organization that a mutation can take away."""
    return bool(PARAMETER.search(sql.text))


@pytest.mark.parametrize("sql", [sql for sql in BOUND if touches(sql)], ids=str)
@pytest.mark.parametrize(
    "mutate",
    [
        pytest.param(lambda text: PARAMETER.sub("CAST(:user AS uuid)", text), id="another-parameter"),
        pytest.param(lambda text: PARAMETER.sub("organization_id", text), id="with-itself"),
        pytest.param(lambda text: PARAMETER.sub("gen_random_uuid()", text), id="no-parameter"),
    ],
)
def test_the_same_statement_without_the_organization_is_seen(sql, mutate):
    assert violations(mutate(sql.text), SCHEMA) != []


PREDICATE = re.compile(r"((?:\w+\.)?organization_id = CAST\(:organization\w* AS uuid\))")


BY_KEY = "ON CONFLICT (organization_id"  # an insert that is bound by its columns and its key needs no predicate


@pytest.mark.parametrize(
    "sql", [sql for sql in BOUND if PREDICATE.search(sql.text) and BY_KEY not in sql.text], ids=str
)
@pytest.mark.parametrize("instead", ["true", r"(\1 OR true)", r"NOT (\1)", r"\1 IS NOT NULL"])
def test_the_same_statement_without_the_predicate_is_seen(sql, instead):
    assert violations(PREDICATE.sub(instead, sql.text), SCHEMA) != []


def test_statements_without_an_organization_touch_nobodys_rows():
    others = [sql for sql in BOUND if not touches(sql)]
    named = {word for sql in others for word in re.findall(r"\w+", re.sub(r"'[^']*'", "", sql.text))}
    assert named & SCHEMA.tenant_tables == set()


ORG = "organization_id = CAST(:organization AS uuid)"


@pytest.mark.parametrize(
    ("sql", "finding"),
    [
        ("SELECT name FROM users WHERE user_id = :user", "users is used without its organization"),
        ("UPDATE tasks SET cost = 0 WHERE task_id = :task", "tasks is used without its organization"),
        ("DELETE FROM chunks WHERE document_id = :document", "chunks is used without its organization"),
        (f"SELECT 1 FROM users WHERE {ORG} OR role = 'admin'", "users is used"),
        (f"SELECT 1 FROM users WHERE user_id = :u AND ({ORG} OR :admin)", "users is used"),
        (f"SELECT 1 FROM users WHERE NOT {ORG}", "users is used"),
        (f"SELECT 1 FROM users WHERE (user_id IS NULL OR {ORG})", "users is used"),
        ("SELECT 1 FROM users WHERE organization_id IS NULL", "users is used"),
        ("SELECT 1 FROM users WHERE organization_id <> :organization", "users is used"),
        ("SELECT 1 FROM users WHERE organization_id = 'd0c3b2f0-0000-0000-0000-000000000000'", "users is used"),
        (f"SELECT 1 FROM model_prices WHERE {ORG} AND model IN (SELECT model FROM rfcs)", "rfcs is used"),
        (f"SELECT (SELECT count(*) FROM tasks t) FROM users WHERE {ORG}", "tasks is used"),
        (f"WITH all_tasks AS (SELECT * FROM tasks) SELECT 1 FROM users JOIN all_tasks USING (user_id) WHERE {ORG}",
         "tasks is used"),
        (f"SELECT 1 FROM users WHERE {ORG} UNION ALL SELECT 1 FROM teams", "teams is used"),
        (f"SELECT 1 FROM users u, teams t WHERE u.{ORG}", "teams is used"),
        (f"SELECT 1 FROM users u JOIN teams t ON t.name = u.name WHERE u.{ORG}", "teams is used"),
        (f"SELECT 1 FROM users u JOIN teams t ON t.team_id <> u.team_id WHERE u.{ORG}", "teams is used"),
        (f"SELECT 1 FROM users u LEFT JOIN teams t ON t.team_id = u.team_id AND u.{ORG}", "users is used"),
        (f"SELECT 1 FROM users u LEFT JOIN teams t ON t.team_id = u.team_id AND t.{ORG}", "users is used"),
        (f"SELECT 1 FROM users u RIGHT JOIN teams t USING (team_id) WHERE u.{ORG}", "RIGHT and FULL joins"),
        (f"UPDATE tasks SET cost = 0 FROM users u WHERE u.{ORG}", "tasks is used"),
        ("INSERT INTO teams (name) VALUES (:name)", "teams gets a row without its organization"),
        ("INSERT INTO teams (organization_id, name) VALUES (gen_random_uuid(), :name)", "is not a parameter"),
        ("INSERT INTO teams (organization_id, name) SELECT organization_id, name FROM teams", "is not a parameter"),
        ("INSERT INTO teams (organization_id, name) VALUES (:organization, :a), (:other, :b)", "is not a parameter"),
        ("""INSERT INTO users (organization_id, email) VALUES (:organization, :email)
            ON CONFLICT (email) DO UPDATE SET name = :name""", "users is updated on conflict"),
        ("SELECT settle_hold(CAST(:user AS uuid), :request, 1, 0)", "settle_hold is called without the organization"),
        ("TRUNCATE tasks", "no statement of an application"),
        (f"SELECT 1 FROM users WHERE {ORG}; DELETE FROM tasks", "tasks is used"),
        ("SELECT FROM WHERE (", "cannot be parsed"),
        (f"/* any organization - for no reason */ SELECT 1 FROM users WHERE {ORG}", "take the"),
    ],
)  # fmt: skip
def test_a_statement_on_anybodys_rows_is_seen(sql, finding):
    assert any(finding in line for line in unbound(sql, SCHEMA))


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT 1 FROM users WHERE {ORG}",
        f"SELECT 1 FROM users u JOIN teams t ON t.team_id = u.team_id WHERE u.{ORG}",
        f"SELECT 1 FROM users u JOIN teams t USING (team_id) WHERE u.{ORG}",
        f"SELECT 1 FROM users u LEFT JOIN teams t ON t.team_id = u.team_id WHERE u.{ORG}",
        f"UPDATE budget_periods SET held = 0 FROM budgets b WHERE b.budget_id = budget_periods.budget_id AND b.{ORG}",
        "INSERT INTO teams (organization_id, name) VALUES (:organization, :a), (CAST(:organization AS uuid), :b)",
        f"INSERT INTO teams (organization_id, name) SELECT organization_id, name FROM users WHERE {ORG}",
        f"SELECT 1 FROM users WHERE (organization_id IS NULL OR {ORG})",
        "/* any organization - the address tells which */ SELECT user_id FROM users WHERE email = :email",
        "SELECT name FROM schema_migrations",
    ],
)
def test_a_statement_that_says_whose_is_accepted(sql):
    assert unbound(sql, SCHEMA) == []


def test_an_exemption_without_a_reason_is_none():
    assert unbound("/* any organization - */ SELECT 1 FROM users", SCHEMA) != []


@pytest.mark.parametrize(
    ("code", "finding"),
    [
        ("def f(work, table): work.run(f'SELECT 1 FROM {table}')", "table in the SQL is not constant"),
        ("def _f(work, name): work.run(f'SELECT {name.lower()}')", "name.lower() in the SQL is not constant"),
        ("def f(work): work.one(' '.join(['SELECT', '1']))", "in the SQL is not constant"),
        ("SQL = 'SELECT 1 FROM users'", "given to none of"),
        ("def f(work, go): go('DELETE FROM users')", "given to none of"),
        ("def f(c): c.execute('x')", "the driver's"),
    ],
)
def test_a_text_that_cannot_be_told_from_the_code_is_seen(code, finding):
    [line] = Texts([Source("layers/core/assistant/tasks/x.py", code)]).unreadable
    assert finding in line


def test_what_a_call_puts_into_a_statement_is_read():
    code = """
NAMES = "a, b"
def _update(work, changes, lock): work.run(f"UPDATE tasks SET {changes} {'x' if lock else 'y'} RETURNING {NAMES}")
def one(work): _update(work, "a = 1", True)
def two(work): _update(work, lock=False, changes="a = 2")
"""
    texts = Texts([Source("layers/core/assistant/tasks/x.py", code)])
    assert texts.unreadable == []
    assert {sql.text for sql in texts.found} == {
        f"UPDATE tasks SET a = {n} {end} RETURNING a, b" for n in (1, 2) for end in "xy"
    }


def test_composed_statements_are_read_as_they_are_sent():
    from assistant.search.statement import STATEMENTS

    assert set(STATEMENTS.values()) <= {sql.text for sql in TEXTS.found}
    assert len(STATEMENTS) > 1


@pytest.mark.parametrize("rule", [functions_take_the_organization, people_have_an_organization])
def test_the_migrations_keep(rule):
    assert rule(SCHEMA) == []


USERS = "CREATE TABLE users (\n    user_id uuid,\n    organization_id uuid NOT NULL\n);\n"


@pytest.mark.parametrize(
    "function",
    [
        "f(p_user uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM users; END $$;",
        "f(p_organization uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM users; END $$;",
    ],
)
def test_a_function_of_the_database_that_touches_anybodys_rows_is_seen(function):
    [line] = functions_take_the_organization(Schema.read([f"{USERS}CREATE FUNCTION {function}\n"]))
    assert line.startswith("f touches users")


def test_a_table_of_people_without_their_organization_is_seen():
    schema = Schema.read(["CREATE TABLE badges (\n    user_id uuid NOT NULL,\n    name text\n);\n"])
    [line] = people_have_an_organization(schema)
    assert line.startswith("badges has user_id")
    assert people_have_an_organization(Schema.read([USERS])) == []
    altered = "ALTER TABLE users\n    ADD COLUMN age int,  -- years\n    ADD COLUMN IF NOT EXISTS size int;"
    assert Schema.read([USERS, altered]).tables["users"] >= {"age", "size", "user_id"}
