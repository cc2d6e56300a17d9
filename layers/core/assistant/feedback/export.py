"""Feedback as a file: csv or json in the bucket, fetched by an address that ends soon."""

import csv
import io
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.platform import objects
from assistant.platform.db import Row, UnitOfWork
from assistant.platform.errors import PayloadTooLarge

LINK_SECONDS = 900
MOST_ROWS = 50_000
COLUMNS = (
    "feedback_id", "user_id", "context", "target_id", "feedback_type", "rating", "reason", "comment",
    "improvement_suggestions", "query", "session_id", "points", "created_at",
)  # fmt: skip
MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would calculate


@dataclass(frozen=True)
class ExportedFeedback:
    download_url: str
    expires_in: int
    rows: int
    size_bytes: int


def export(
    work: UnitOfWork, organization_id: str, context: str | None, date_from: date | None, date_to: date | None, kind: str
) -> ExportedFeedback:
    """Write the feedback of whole days of the organisation's clock that stands. Raises PayloadTooLarge."""
    rows = work.run(
        """SELECT feedback_id, user_id, context, target_id, feedback_type, rating, reason, comment,
                  improvement_suggestions, query, session_id, points, f.created_at
           FROM feedback f JOIN organizations o ON o.organization_id = f.organization_id
           WHERE f.organization_id = CAST(:organization AS uuid) AND removed_at IS NULL
             AND (CAST(:context AS text) IS NULL OR context = :context)
             AND (CAST(:since AS date) IS NULL
                  OR f.created_at >= CAST(CAST(:since AS date) AS timestamp) AT TIME ZONE o.time_zone)
             AND (CAST(:until AS date) IS NULL
                  OR f.created_at < CAST(CAST(:until AS date) + 1 AS timestamp) AT TIME ZONE o.time_zone)
           ORDER BY f.created_at, feedback_id LIMIT :most""",
        organization=organization_id,
        context=context,
        since=date_from,
        until=date_to,
        most=MOST_ROWS + 1,
    )
    if len(rows) > MOST_ROWS:
        raise PayloadTooLarge(f"That is more than {MOST_ROWS} rows. Narrow the dates or the context.")
    content = as_csv(rows) if kind == "csv" else as_json(rows)
    key = f"exports/{organization_id}/feedback-{uuid.uuid4()}.{kind}"
    objects.put(key, content, MEDIA_TYPES[kind])
    return ExportedFeedback(objects.link(key, LINK_SECONDS), LINK_SECONDS, len(rows), len(content))


def as_csv(rows: Sequence[Row]) -> bytes:
    """With a byte order mark, which spreadsheets need for Russian; a text that begins as a formula is quoted by '."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_cell(row[column]) for column in COLUMNS])
    return out.getvalue().encode("utf-8-sig")


def as_json(rows: Sequence[Row]) -> bytes:
    return json.dumps([_plain(row) for row in rows], ensure_ascii=False, indent=1).encode()


def _plain(row: Row) -> dict[str, object]:
    kept = (int, type(None), str)
    return {column: row[column] if isinstance(row[column], kept) else _text(row[column]) for column in COLUMNS}


def _text(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value if isinstance(value, int) else _text(value)
