"""The rule that each table of an organization has a condition of its own, in each SELECT, UPDATE and DELETE.

Stricter than that a statement be bound somewhere: a join alone does not stand for a condition, so that none of them can
go without being seen.
"""

import re

import sqlglot
from sqlglot import exp

from tests.architecture.rules_tenancy import SCOPES
from tests.architecture.schema import Schema

PREDICATE = re.compile(r"(?:\w+\.)?organization_id = CAST\(:organization\w* AS uuid\)")


def mutants(text: str) -> list[str]:
    """The statement with one of its conditions always true, for each of them."""
    return [f"{text[: place.start()]}true{text[place.end() :]}" for place in PREDICATE.finditer(text)]


def leaning(text: str, schema: Schema) -> list[str]:
    """The tables of an organization that a SELECT, UPDATE or DELETE uses without a condition of their own."""
    found = []
    for statement in sqlglot.parse(text, dialect="postgres"):
        for scope in statement.find_all(*SCOPES):
            if isinstance(scope, exp.Insert):
                conflict = scope.args.get("conflict")
                if conflict is not None and conflict.expressions and not own(conflict, conflict):
                    found.append("a row that may be anyone's is updated on conflict")
                continue
            tables = [table for table in scope.find_all(exp.Table) if table.find_ancestor(*SCOPES) is scope]
            owned = [table.alias_or_name for table in tables if table.name in schema.tenant_tables]
            found += owned[own(scope, scope) :]
    return found


def own(node: exp.Expression, scope: exp.Expression) -> int:
    """How many conditions on the organization stand in the scope itself."""
    return sum(
        isinstance(equal.this, exp.Column)
        and equal.this.name == "organization_id"
        and "organization" in equal.expression.sql()
        for equal in node.find_all(exp.EQ)
        if scope is not node or equal.find_ancestor(*SCOPES) in (scope, scope.find_ancestor(*SCOPES))
    )
