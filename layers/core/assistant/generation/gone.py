"""Citations of documents that were deleted meanwhile: shown as gone, without a word of what they quoted.

Looked up when a text is read, so that a deletion counts at once and in every version; what is stored stays as it was.
"""

from collections.abc import Sequence
from typing import Any

from assistant.generation.compose import evidence_line, listing_line
from assistant.platform.db import UnitOfWork
from assistant.search.visible import still_there

GONE = "This source was deleted."
TOLD = ("title", "filename", "heading", "excerpt")  # of a citation, what is the document's

Citation = dict[str, Any]


def there(work: UnitOfWork, organization_id: str, *citations: Sequence[Citation]) -> set[str]:
    """The ids of the cited documents that still exist; no query where nothing is cited."""
    cited = {one["document_id"] for each in citations for one in each}
    return still_there(work, organization_id, cited) if cited else set()


def without_gone(text: str, citations: Sequence[Citation], existing: set[str]) -> tuple[str, list[Citation]]:
    """The text without what it quotes of deleted documents, and its citations, each with `gone`."""
    marked = []
    for one in citations:
        gone = one["document_id"] not in existing
        if gone:
            text = text.replace(evidence_line(one["excerpt"], one["number"]), evidence_line(GONE, one["number"]))
            text = text.replace(listing_line(one), f"{one['number']}. {GONE}")
        hidden = dict.fromkeys(TOLD, "") | {"title": GONE} if gone else {}
        marked.append({**one, **hidden, "gone": gone})
    return text, marked
