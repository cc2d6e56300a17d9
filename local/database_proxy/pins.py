"""Which statements pin a session on RDS Proxy for PostgreSQL (AWS guide, "Avoiding pinning an RDS Proxy")."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

STATEMENT_LIMIT = 16 * 1024
_KEPT_TEXT = 300
_KEPT_PINS = 1000
_BRACKETS = {b"BEGIN", b"COMMIT", b"ROLLBACK"}

_HIDDEN = re.compile(
    r"""
      --[^\n]*                                  # comment to the end of the line
    | /\*.*?\*/                                 # block comment
    | \bE'(?:[^'\\]|\\.|'')*'                   # string with escapes
    | '(?:[^']|'')*'                            # string
    | "(?:[^"]|"")*"                            # quoted name
    | (?P<tag>\$(?:[A-Za-z_]\w*)?\$).*?(?P=tag) # dollar-quoted string
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)

_AT_START = (
    (re.compile(r"(set|reset)\b", re.I), "SET or RESET of a parameter"),
    (re.compile(r"(prepare|execute|deallocate)\b", re.I), "PREPARE, EXECUTE or DEALLOCATE"),
    (re.compile(r"discard\b", re.I), "DISCARD of session state"),
    (re.compile(r"create\s+(or\s+replace\s+)?(local\s+|global\s+)?temp(orary)?\b", re.I), "temporary object"),
    (re.compile(r"declare\b", re.I), "cursor"),
    (re.compile(r"(un)?listen\b", re.I), "LISTEN"),
    (re.compile(r"load\b", re.I), "LOAD of a library"),
)
_ANYWHERE = (
    (re.compile(r"\bset_config\s*\(", re.I), "set_config"),
    (re.compile(r"\b(nextval|setval|lastval|currval)\s*\(", re.I), "sequence function"),
    (re.compile(r"\bpg_(try_)?advisory_(?!xact_)\w*lock\w*\s*\(", re.I), "session advisory lock"),
    (re.compile(r"\binto\s+(local\s+|global\s+)?temp(orary)?\b", re.I), "temporary object"),
)


def statements(sql: str) -> Iterator[str]:
    """Yield the statements of a text without comments, strings and quoted names."""
    for part in _HIDDEN.sub(" ''", sql).split(";"):
        if stripped := part.replace("''", " ").strip():
            yield stripped


def reason_to_pin(sql: str) -> str | None:
    """Return why RDS Proxy would pin the session that sends this text, or None.

    `PREPARE TRANSACTION` counts as PREPARE, and SET LOCAL as SET: AWS exempts them for MySQL only.
    """
    if len(sql.encode()) > STATEMENT_LIMIT:
        return "statement text over 16 KB"
    for statement in statements(sql):
        for pattern, reason in _AT_START:
            if pattern.match(statement):
                return reason
        for pattern, reason in _ANYWHERE:
            if pattern.search(statement):
                return reason
    return None


@dataclass
class PinReport:
    """What was seen since the start or the last reset."""

    pins: list[dict[str, Any]] = field(default_factory=list)
    total: int = 0
    connections: int = 0
    borrows: int = 0
    borrow_timeouts: int = 0
    split_statements: int = 0
    """Unnamed statements used after their server connection had changed; the proxy parsed them again."""
    statements: dict[str, int] = field(default_factory=dict)
    """By the client's application name, which is its function's; BEGIN, COMMIT and ROLLBACK are not counted."""
    round_trips: dict[str, int] = field(default_factory=dict)

    def answered_for(self, application: str) -> None:
        """Count a round trip: a message that the server answers with ReadyForQuery."""
        self.round_trips[application] = self.round_trips.get(application, 0) + 1

    def sent(self, sql: bytes, application: str) -> None:
        """Count a statement."""
        if sql not in _BRACKETS:
            self.statements[application] = self.statements.get(application, 0) + 1

    def add(self, reason: str, sql: str, user: str, application: str) -> None:
        """Count one pinned session with the statement that pinned it."""
        self.total += 1
        if len(self.pins) < _KEPT_PINS:
            text = " ".join(sql.split())[:_KEPT_TEXT]
            moment = time.strftime("%Y-%m-%dT%H:%M:%S%z")
            self.pins.append(
                {"reason": reason, "statement": text, "user": user, "application": application, "at": moment}
            )
