"""Puts an RFC together: the model's text, the passages it stands on, open questions, sources."""

import re
from collections.abc import Sequence
from typing import Any

from assistant.generation.fence import unfenced
from assistant.generation.request import RfcRequest
from assistant.generation.template import Section
from assistant.search.search import Passage

CITATION = re.compile(r"\[(\d{1,3})\]")
HEADING = re.compile(r"^\s{0,3}#{1,6}\s+", re.MULTILINE)
WHOLE_SENTENCES = re.compile(r".*[.!?…](?=[\s\"')\]]|$)", re.DOTALL)
QUOTED = 240  # characters of a passage shown as evidence


def clean(text: str, section: Section, known: set[int], *, cut_off: bool) -> str:
    """The model's text with the document's structure kept: no headings of its own, no citation of nothing, and
    where it was cut off, no half sentence."""
    text = HEADING.sub("", unfenced(text)).strip()
    if cut_off:
        text = whole_sentences(text)
    first, _, rest = text.partition("\n")
    if first.strip(" *:").lower() == section.title.lower():
        text = rest.strip()
    return CITATION.sub(lambda found: found.group(0) if int(found.group(1)) in known else "", text).strip()


def whole_sentences(text: str) -> str:
    """A text that was cut off without its half sentence; all of it when there is no whole one."""
    whole = WHOLE_SENTENCES.match(text)
    return whole.group(0) if whole else text


def cited(text: str) -> set[int]:
    """The numbers that a text cites."""
    return {int(number) for number in CITATION.findall(text)}


def render_section(section: Section, text: str, passages: list[tuple[int, Passage]]) -> str:
    """A section: text, the passages it stands on word for word, and the question that its author must answer."""
    evidence = [evidence_line(excerpt(passage), number) for number, passage in passages]
    parts = [
        f"## {section.title}",
        text,
        *(["*From the sources:*\n\n" + "\n>\n".join(evidence)] if evidence else []),
        f"*Open question:* {section.question}",
    ]
    return "\n\n".join(part for part in parts if part)


def excerpt(passage: Passage) -> str:
    """The beginning of a passage, word for word except for white space."""
    text = " ".join(passage.content.split())
    return text if len(text) <= QUOTED else text[:QUOTED].rsplit(" ", 1)[0] + " …"


def render(
    request: RfcRequest,
    written: list[str],
    sources: list[dict[str, Any]],
    model: str,
    provider: str,
    removed: Sequence[dict[str, Any]] = (),
) -> str:
    """The whole document in Markdown."""
    listing = [listing_line(source) for source in sources] or [
        "No passage of the sources matched the topic, so nothing here is backed by them."
    ]
    said = [f"- **{one_line(one.question)}** {one_line(one.answer)}" for one in request.statements]
    decided = ["## Decided by the author", "\n".join(said)] if said else []
    byline = f"*Draft written by the model {model} ({provider}); read it critically before you decide on it.*"
    return (
        "\n\n".join(
            [
                f"# RFC: {request.topic}",
                byline,
                *decided,
                *written,
                "## Sources",
                "\n".join(listing),
                *render_check(removed),
            ]
        )
        + "\n"
    )


def one_line(text: str) -> str:
    """The text without line breaks, so that no line of it begins a heading or a list."""
    return " ".join(text.split())


def render_check(removed: Sequence[dict[str, Any]]) -> list[str]:
    """What the check of the citations took away, for the reader to know; nothing when all of them held."""
    if not removed:
        return []
    lines = [
        f'- {one["section"]}: "{one_line(one["sentence"])}" cited [{one["number"]}], but {one["reason"]}.'
        for one in removed
    ]
    return ["## Citations taken away", "Each was checked against the passage that it names.", "\n".join(lines)]


def evidence_line(quoted: str, number: int) -> str:
    """A quotation of a passage, with its number."""
    return f"> {quoted} [{number}]"


def listing_line(source: dict[str, Any]) -> str:
    """A source in the list at the end."""
    return f"{source['number']}. {source_line(source)}"


def source_line(source: dict[str, Any]) -> str:
    where = f" — {source['heading']}" if source["heading"] else ""
    return f"{source['title']} (`{source['filename']}`, chunk {source['chunk_index']}){where}"
