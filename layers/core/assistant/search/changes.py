"""Telling the cache that what an organization can find has changed."""

from collections.abc import Sequence

from assistant.platform.cache import cache
from assistant.platform.cache_keys import document_tag
from assistant.platform.db import UnitOfWork

TAG = "search_index"  # every answer that was made from an organization's index carries it


def index_changed(work: UnitOfWork, organization_id: str, document_ids: Sequence[str] = ()) -> None:
    """End every cached answer from the organization's index, and every one that cites one of these documents, once
    the change is committed."""
    tags = [TAG, *(document_tag(document_id) for document_id in document_ids)]
    work.after_commit(lambda: cache().invalidate(organization_id, tags))
