"""Telling the cache that what an organization can find has changed."""

from assistant.platform.cache import cache
from assistant.platform.db import UnitOfWork

TAG = "search_index"  # every answer that was made from an organization's index carries it


def index_changed(work: UnitOfWork, organization_id: str) -> None:
    """End every cached answer from the organization's index once the change is committed."""
    work.after_commit(lambda: cache().invalidate(organization_id, [TAG]))
