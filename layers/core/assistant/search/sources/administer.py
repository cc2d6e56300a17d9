"""Configuring sources: checked, really connected to, and their secrets kept where no row holds them."""

from dataclasses import dataclass
from typing import Any

from assistant.identity.caller import Caller
from assistant.platform.db import UnitOfWork
from assistant.platform.errors import AssistantError, Conflict, Invalid
from assistant.search.sources import credentials, store
from assistant.search.sources.catalogue import TYPES, checked
from assistant.search.sources.store import Source


@dataclass(frozen=True)
class Tried:
    """Whether the source could be reached, signed in to and read from; else why not."""

    passed: bool
    detail: str | None


def create(work: UnitOfWork, caller: Caller, what: dict[str, Any], secret: str) -> tuple[Source, Tried]:
    """Store a source with its secret and try to connect; it is stored when that fails, so that it can be put right."""
    _check(what)
    what = {**what, "config": checked(what["source_type"], what["config"]), "has_secret": bool(secret)}
    tried = try_connection(what["source_type"], what["config"], secret)
    source = store.create(work, caller.organization_id, caller.user_id, what)
    if secret:
        credentials.keep(caller.organization_id, source.source_id, secret)
    return source, tried


def update(
    work: UnitOfWork, caller: Caller, source_id: str, changes: dict[str, Any], secret: str | None
) -> tuple[Source, Tried]:
    """Rewrite what `changes` names, keep the rest; a secret of None stays. Raises NotFound, Invalid and Conflict.

    Call it before anything else in the transaction: the source is connected to while none is open.
    """
    with work.database.reading() as reading:
        kept = store.find(reading, caller.organization_id, source_id)
    what = {**_settings(kept), **changes}
    _check(what)
    what["config"] = checked(kept.source_type, what["config"])
    if secret is None and kept.has_secret and what["config"]["base_url"] != kept.config["base_url"]:
        raise Invalid("/secret: give it again, since it would be sent to another address.")
    if secret is not None:
        what["has_secret"] = bool(secret)
    opens = credentials.read(caller.organization_id, source_id) if secret is None and kept.has_secret else secret or ""
    tried = try_connection(kept.source_type, what["config"], opens)
    if _settings(store.find(work, caller.organization_id, source_id, for_update=True)) != _settings(kept):
        raise Conflict(f"{kept.name} was changed while it was being connected to. Look at it, and send yours again.")
    source = store.update(work, caller.organization_id, source_id, what, anew=what["config"] != kept.config)
    if secret:
        credentials.keep(caller.organization_id, source_id, secret)
    elif secret == "":
        credentials.forget(caller.organization_id, source_id)
    return source, tried


def delete(work: UnitOfWork, caller: Caller, source_id: str) -> int:
    """Delete a source with all that is from it; how many documents that were. Raises NotFound."""
    documents = store.delete(work, caller.organization_id, source_id)
    work.after_commit(lambda: credentials.forget(caller.organization_id, source_id))
    return documents


def try_connection(source_type: str, config: dict[str, Any], secret: str) -> Tried:
    """Reach the source, sign in and read something."""
    try:
        TYPES[source_type].connect(config, secret).test()
    except AssistantError as error:
        return Tried(False, error.detail)
    return Tried(True, None)


def _settings(source: Source) -> dict[str, Any]:
    names = ("source_type", "name", "config", "is_enabled", "team_ids", "schedule", "has_secret")
    return {name: getattr(source, name) for name in names}


def _check(what: dict[str, Any]) -> None:
    if what["schedule"] not in store.SCHEDULES:
        raise Invalid(f"/schedule: one of {', '.join(store.SCHEDULES)}.")
