"""Files of up to 50 MB: sent straight to the bucket by a pre-signed form, indexed when the bucket says they came."""

import json
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from assistant.identity.caller import Caller
from assistant.notifications.log import notify
from assistant.platform import objects
from assistant.platform.db import Database, Row, UnitOfWork
from assistant.platform.errors import AssistantError
from assistant.platform.observability import logger
from assistant.search.documents import StoredDocument, store_document
from assistant.search.parse import require_readable
from assistant.search.uploads import MOST_BYTES_BY_FORM, Upload, check

SECONDS = 900  # that the form is good for
FOLDER = "incoming"


@dataclass(frozen=True)
class Form:
    """What a client posts as multipart/form-data to `url`: the fields first, then `file`."""

    upload_id: str
    url: str
    fields: dict[str, str]


def begin(work: UnitOfWork, caller: Caller, filename: str, about: dict[str, Any]) -> Form:
    """Write down who sends what, and make the form for it. Raises Invalid, and UnsupportedMediaType by the name."""
    checked = check(Upload(b"-", filename, **about))
    require_readable(checked.filename)
    upload_id = str(uuid.uuid4())
    key = f"{FOLDER}/{caller.organization_id}/{upload_id}"
    work.run(
        """INSERT INTO pending_uploads (upload_id, organization_id, user_id, role, object_key, about)
           VALUES (CAST(:upload_id AS uuid), CAST(:organization_id AS uuid), CAST(:user_id AS uuid), :role, :key,
                   CAST(:about AS jsonb))""",
        upload_id=upload_id,
        organization_id=caller.organization_id,
        user_id=caller.user_id,
        role=caller.role,
        key=key,
        about=json.dumps({**about, "filename": checked.filename}),
    )
    return Form(upload_id, *objects.upload_form(key, MOST_BYTES_BY_FORM, SECONDS))


def keys_of(event: dict[str, Any]) -> list[str]:
    """The objects that a notification of the bucket names; S3's test message names none."""
    return [unquote_plus(record["s3"]["object"]["key"]) for record in event.get("Records", [])]


def index_uploaded(database: Database, key: str) -> StoredDocument | None:
    """Index what arrived, tell its owner how it went, and remove it from where it was sent to.

    None when it cannot be indexed, which its owner is told, or when it was done before. Raises Unavailable.
    """
    pending = _find(database, key)
    if pending is None or pending["finished_at"] is not None:
        logger.info("upload_not_awaited")
        return None
    caller = Caller(pending["user_id"], pending["organization_id"], pending["role"], frozenset(), "", "")
    about = dict(pending["about"])
    upload = Upload(objects.get(key), tags=tuple(about.pop("tags", ())), **about)
    stored = None
    try:
        with database.transaction() as work:
            stored = store_document(work, caller, upload, MOST_BYTES_BY_FORM)
            _finish(work, pending, stored.document_id, None)
            what = {"status": "completed", "document_id": stored.document_id, "chunks": stored.chunks}
            _tell(work, pending, "task_completed", what)
    except AssistantError as error:
        if error.retryable:
            raise
        reason = {"code": error.code, "title": error.title, "detail": error.detail}
        with database.transaction() as work:
            _finish(work, pending, None, reason)
            _tell(work, pending, "task_failed", {"status": "failed", "error": reason})
    objects.delete(key)
    return stored


def _find(database: Database, key: str) -> Row | None:
    with database.reading() as work:
        return work.one(
            """/* any organization - the bucket names an object, and the row says whose it is */
               SELECT CAST(upload_id AS text) AS upload_id, CAST(organization_id AS text) AS organization_id,
                      CAST(user_id AS text) AS user_id, role, about, finished_at
               FROM pending_uploads WHERE object_key = :key""",
            key=key,
        )


def _finish(work: UnitOfWork, pending: Row, document_id: str | None, error: dict[str, Any] | None) -> None:
    work.run(
        """UPDATE pending_uploads SET finished_at = now(), document_id = CAST(:document_id AS uuid),
               error = CAST(:error AS jsonb)
           WHERE organization_id = CAST(:organization_id AS uuid) AND upload_id = CAST(:upload_id AS uuid)""",
        document_id=document_id,
        error=json.dumps(error) if error else None,
        organization_id=pending["organization_id"],
        upload_id=pending["upload_id"],
    )


def _tell(work: UnitOfWork, pending: Row, kind: str, what: dict[str, Any]) -> None:
    about = {"upload_id": pending["upload_id"], "filename": pending["about"]["filename"], "task_type": "upload"}
    notify(work, pending["organization_id"], pending["user_id"], kind, {**about, **what})
