"""Each statement on rows that belong to someone is bound to their organization by a parameter.

In every SELECT, UPDATE and DELETE, nested ones too, a table with `organization_id` is compared with a parameter in a
condition that always holds (not under OR or NOT), or is joined by ids to one that is.
"""

import re
from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from tests.architecture.schema import TENANT, Schema

EXEMPT = re.compile(r"\s*/\* (?:any|every) organization - \S.*?\*/", re.S)
BEGINS_EXEMPT = re.compile(r"AS \$\$\s*/\* (?:any|every) organization - \S.*?\*/", re.S)
COMPARED = re.compile(rf"\b{TENANT} = p_organization\b")
WHAT_TO_DO = (
    f"add `{TENANT} = CAST(:organization AS uuid)` to its condition, or begin the statement with "
    "`/* any organization - reason */`"
)
Scope = exp.Select | exp.Update | exp.Delete | exp.Insert
SCOPES = (exp.Select, exp.Update, exp.Delete, exp.Insert)


def unbound(text: str, schema: Schema) -> list[str]:
    """What a statement touches without saying whose it is; an exemption that is not needed is wrong too."""
    found = violations(text, schema)
    if not EXEMPT.match(text):
        return found
    return [] if found else ["it is bound to its organization: take the `/* … organization - … */` off"]


def violations(text: str, schema: Schema) -> list[str]:
    """The same, whatever the statement says of itself."""
    try:
        statements = [statement for statement in sqlglot.parse(text, read="postgres") if statement]
    except SqlglotError as error:
        return [f"it cannot be parsed: {str(error).splitlines()[0]}"]
    found = []
    for statement in statements:
        if not isinstance(statement, exp.Select | exp.Union | exp.Insert | exp.Update | exp.Delete):
            found.append(f"{statement.key.upper()} is no statement of an application: only a migration may")
        for scope in statement.find_all(*SCOPES):
            found += _Conditions(scope, schema).findings()
        found += _calls(statement, schema)
    return found


def _calls(statement: exp.Expression, schema: Schema) -> Iterator[str]:
    """A function of ours that takes the organization gets it as a parameter."""
    for call in statement.find_all(exp.Anonymous):
        function = schema.functions.get(call.name.lower())
        if function and "p_organization" in function.parameters:
            index = function.parameters.index("p_organization")
            if index >= len(call.expressions) or not _is_organization(call.expressions[index]):
                yield f"{function.name} is called without the organization: pass CAST(:organization AS uuid)"


class _Conditions:
    """What one SELECT, UPDATE, DELETE or INSERT says of its tables, without what its subqueries say."""

    def __init__(self, scope: Scope, schema: Schema) -> None:
        self._scope, self._schema = scope, schema
        own = [table for table in scope.find_all(exp.Table) if table.find_ancestor(*SCOPES) is scope]
        self._tables = {table.alias_or_name: table.name for table in own if isinstance(table.this, exp.Identifier)}
        self._tenants = [name for name, table in self._tables.items() if table in schema.tenant_tables]

    def findings(self) -> list[str]:
        if not self._tenants:
            return []
        if isinstance(self._scope, exp.Insert):
            return self._insert(self._scope)
        joins = [join for join in self._scope.find_all(exp.Join) if join.find_ancestor(*SCOPES) is self._scope]
        if any(join.side in ("RIGHT", "FULL") for join in joins):
            return ["RIGHT and FULL joins hide whose rows they keep: write a LEFT JOIN"]
        bound = {name for term in self._where() if (name := self._bound_by(term))}
        edges = [edge for term in self._where() for edge in self._both_ways(term)]
        for join in joins:
            name, outer = join.this.alias_or_name, join.side == "LEFT"
            terms = [*_terms(join.args.get("on"))]
            pairs = [edge for term in terms for edge in self._both_ways(term)]
            pairs += [pair for key in join.args.get("using") or [] for pair in self._using(key.name, name)]
            # An outer join keeps the rows on its left whatever its condition says, so it binds its right side only.
            bound |= {whose for term in terms if (whose := self._bound_by(term)) and (whose == name or not outer)}
            edges += [(one, other) for one, other in pairs if other == name or not outer]
        while reached := {other for one, other in edges if one in bound} - bound:
            bound |= reached
        return [
            f"{self._tables[name]} is used without its organization: {WHAT_TO_DO}"
            for name in self._tenants
            if name not in bound
        ]

    def _where(self) -> list[exp.Expression]:
        where = self._scope.args.get("where")
        return [*_terms(where.this if where else None)]

    def _bound_by(self, term: exp.Expression) -> str | None:
        """The table that a condition binds: its rows are the organization's, or also those that are of none."""
        match term:
            case exp.Or(this=exp.Is(this=exp.Column(), expression=exp.Null()) as none, expression=own):
                return self._bound_by(own) if none.this.name == TENANT else None
        if not isinstance(term, exp.EQ):
            return None
        for column, value in ((term.this, term.expression), (term.expression, term.this)):
            if isinstance(column, exp.Column) and column.name == TENANT and _is_organization(value):
                return self._owner(column)
        return None

    def _owner(self, column: exp.Column) -> str | None:
        if column.table:
            return column.table if column.table in self._tenants else None
        having = [name for name in self._tenants if column.name in self._schema.tables[self._tables[name]]]
        return having[0] if len(having) == 1 else None

    def _both_ways(self, term: exp.Expression) -> list[tuple[str, str]]:
        """(from, to) and back for an equality of ids of two tables: rows that belong together."""
        match term:
            case exp.EQ(this=exp.Column() as left, expression=exp.Column() as right):
                pair = self._owner(left), self._owner(right)
                if pair[0] and pair[1] and left.name.endswith("_id") and right.name.endswith("_id"):
                    return [(pair[0], pair[1]), (pair[1], pair[0])]
        return []

    def _using(self, column: str, joined: str) -> list[tuple[str, str]]:
        having = [name for name in self._tenants if column in self._schema.tables[self._tables[name]]]
        if joined not in having or not column.endswith("_id"):
            return []
        return [pair for name in having if name != joined for pair in ((name, joined), (joined, name))]

    def _insert(self, insert: exp.Insert) -> list[str]:
        target = insert.this
        columns = [column.name for column in target.expressions] if isinstance(target, exp.Schema) else []
        table = self._tables[self._tenants[0]]
        if TENANT not in columns:
            return [f"{table} gets a row without its organization: name {TENANT} among the columns"]
        index, rows = columns.index(TENANT), insert.expression
        values = [row.expressions[index] for row in rows.expressions] if isinstance(rows, exp.Values) else []
        own = False
        if isinstance(rows, exp.Select):
            values = [rows.expressions[index]]
            source = _Conditions(rows, self._schema)
            copied = isinstance(values[0], exp.Column) and values[0].name == TENANT and source._owner(values[0])
            own = bool(copied) and not source.findings()  # from a row that is bound itself
        found = []
        if not own and (not values or not all(_is_organization(value) for value in values)):
            found.append(f"{table} gets a row whose {TENANT} is not a parameter: bind CAST(:organization AS uuid)")
        conflict = insert.args.get("conflict")
        if conflict and conflict.expressions:  # DO UPDATE, of a row that may be anyone's
            keys = {
                column.name for key in conflict.args.get("conflict_keys") or [] for column in key.find_all(exp.Column)
            }
            where = conflict.args.get("where")
            if TENANT not in keys and not any(self._bound_by(term) for term in _terms(where.this if where else None)):
                found.append(f"{table} is updated on conflict, whosever the row is: {WHAT_TO_DO}")
        return found


def _terms(condition: exp.Expression | None) -> Iterator[exp.Expression]:
    """The conditions that must all hold."""
    if isinstance(condition, exp.Paren):
        yield from _terms(condition.this)
    elif isinstance(condition, exp.And):
        yield from _terms(condition.this)
        yield from _terms(condition.expression)
    elif condition is not None:
        yield condition


def _is_organization(value: exp.Expression) -> bool:
    """Whether it is the bound parameter, as it is or cast."""
    while isinstance(value, exp.Cast | exp.Paren):
        value = value.this
    return isinstance(value, exp.Placeholder) and str(value.this).startswith("organization")


def functions_take_the_organization(schema: Schema) -> list[str]:
    """A function of the database that touches rows of an organization takes `p_organization`, and compares with it; or
    says at its beginning, as a statement does, why it serves any."""
    found = []
    for function in schema.functions.values():
        touched = [table for table in sorted(schema.tenant_tables) if re.search(rf"\b{table}\b", function.text)]
        if BEGINS_EXEMPT.search(function.text):
            continue
        if touched and ("p_organization" not in function.parameters or not COMPARED.search(function.text)):
            found.append(f"{function.name} touches {touched[0]}: compare {TENANT} with its p_organization")
    return found


def people_have_an_organization(schema: Schema) -> list[str]:
    """A table with rows of users says whose they are."""
    return [
        f"{name} has user_id and no {TENANT}: add the column"
        for name, columns in schema.tables.items()
        if "user_id" in columns and TENANT not in columns
    ]
