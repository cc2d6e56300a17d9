"""What the migrations say: the tables with their columns, and the functions with their parameters and bodies."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests.architecture.source import ROOT

MIGRATIONS = ROOT / "layers/core/assistant/platform/db/migrations"
TENANT = "organization_id"

TABLE = re.compile(r"^CREATE TABLE (?:IF NOT EXISTS )?(\w+) \((.*?)^\)", re.M | re.S)
COLUMN = re.compile(r'^    "?(?!(?:PRIMARY|UNIQUE|CHECK|CONSTRAINT|FOREIGN|EXCLUDE)\b)(\w+)"? ', re.M)
ALTERED = re.compile(r"^ALTER TABLE (?:ONLY )?(\w+)([^;]*);", re.M)
COMMENT = re.compile(r"--.*$", re.M)
ADDED = re.compile(r"\bADD COLUMN (?:IF NOT EXISTS )?(\w+)")
DROPPED = re.compile(r"\bDROP COLUMN (?:IF EXISTS )?(\w+)")
FUNCTION = re.compile(
    r"^CREATE (?:OR REPLACE )?FUNCTION (\w+)\s*\((.*?)\)\s*(?:RETURNS|LANGUAGE)(.*?)(?:\$\$;|^    \);)", re.M | re.S
)


@dataclass(frozen=True)
class Function:
    """A function of the database: the names of its parameters in order, and the text from its result on."""

    name: str
    parameters: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Schema:
    tables: Mapping[str, frozenset[str]]
    functions: Mapping[str, Function]

    @classmethod
    def read(cls, texts: Iterable[str] | None = None) -> "Schema":
        """The schema of these migrations, else of the project's."""
        if texts is None:
            texts = [path.read_text(encoding="utf-8") for path in sorted(MIGRATIONS.glob("*.sql"))]
        tables: dict[str, frozenset[str]] = {}
        functions = {}
        for text in texts:
            for name, body in TABLE.findall(text):
                tables[name] = frozenset(COLUMN.findall(body))
            for name, changes in ALTERED.findall(COMMENT.sub("", text)):
                tables[name] = tables[name] - set(DROPPED.findall(changes)) | set(ADDED.findall(changes))
            for name, parameters, body in FUNCTION.findall(text):
                names = [words.split()[0] for words in parameters.split(",") if words.strip()]
                functions[name] = Function(name, tuple(names), body)
        return cls(tables, functions)

    @property
    def tenant_tables(self) -> frozenset[str]:
        """The tables whose rows belong to an organization."""
        return frozenset(name for name, columns in self.tables.items() if TENANT in columns)
