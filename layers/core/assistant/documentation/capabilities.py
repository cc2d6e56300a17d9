"""What documentation can do here, told from the registries that do it, and how to ask for it."""

from functools import cache
from typing import Any

from assistant.documentation import inputs
from assistant.documentation.code.languages import LANGUAGES, parser
from assistant.documentation.code.performance import BLOCKING, COPYING
from assistant.documentation.code.security import WITH_RULES
from assistant.documentation.export import MEDIA_TYPES
from assistant.documentation.kinds import AUDIENCES, DETAIL_LEVELS, KINDS, PARTS
from assistant.documentation.repository import MOST_BYTES
from assistant.documentation.request import MOST_FILE, MOST_TEXT

SAMPLE = '''def total(prices: list[int], *, rate: float = 0.0) -> int:
    """The sum of prices with a tax of `rate`, rounded down."""
    result = 0
    for price in prices:
        if price < 0:
            raise ValueError("a price is not below zero")
        result += price
    return int(result * (1 + rate))
'''


@cache
def languages() -> tuple[dict[str, Any], ...]:
    """The languages whose grammar loads here. `security`: bandit, rules of our own, or none."""
    found = []
    for language in LANGUAGES:
        try:
            parser(language)
        except (ImportError, OSError):
            continue
        found.append({
            "name": language.name,
            "suffixes": list(language.suffixes),
            "security": "bandit" if language.name == "python" else "rules" if language.name in WITH_RULES else "none",
            "performance": language.name in BLOCKING or language.name in COPYING or language.name == "sql"
            or bool(language.loops),
        })  # fmt: skip
    return tuple(found)


def kinds() -> list[dict[str, Any]]:
    return [{"name": kind.name, "title": kind.title, "purpose": kind.purpose} for kind in KINDS.values()]


def detail_levels() -> dict[str, dict[str, int]]:
    return {name: {"most_calls": calls, "answer_tokens": tokens} for name, (calls, tokens) in DETAIL_LEVELS.items()}


def limits() -> dict[str, int]:
    """In bytes and counts; `text_characters` of code in the body."""
    return {
        "text_characters": MOST_TEXT,
        "upload_bytes": MOST_FILE,
        "repository_archive_bytes": MOST_BYTES,
        "files": inputs.MOST_FILES,
        "file_bytes": inputs.MOST_FILE,
        "code_bytes": inputs.MOST_CODE,
    }


def templates() -> list[dict[str, Any]]:
    """One for each kind: its parts in order, and what the model is asked."""
    return [
        {
            "documentation_type": kind.name,
            "title": kind.title,
            "purpose": kind.purpose,
            "sections": [{"name": part, "content": PARTS[part]} for part in kind.parts],
            "asked_of_the_whole": kind.whole,
            "asked_of_each_piece": kind.piece,
        }
        for kind in KINDS.values()
    ]


def examples() -> list[dict[str, Any]]:
    """Requests that can be sent as they are, except the repository's, which needs a way to the internet."""
    text = {"type": "string", "code": SAMPLE, "language": "python", "filename": "prices.py"}
    return [
        {
            "title": "The API of a module",
            "path": "/api/v1/documentation/generate",
            "body": {"documentation_type": "api_reference", "code_input": text, "detail_level": "brief"},
        },
        {
            "title": "A README of a repository, as Word",
            "path": "/api/v1/documentation/generate",
            "body": {
                "documentation_type": "readme",
                "code_input": {"type": "repository", "url": "https://github.com/pallets/click", "reference": "main"},
                "output_format": "docx",
            },
        },
        {
            "title": "What is complex, slow or unsafe, at no cost",
            "path": "/api/v1/documentation/analyze",
            "body": {"code_input": text, "depth": "deep"},
        },
        {
            "title": "A few lines, quickly",
            "path": "/api/v1/documentation/quick-generate",
            "body": {"code": SAMPLE, "language": "python"},
        },
    ]


def formats() -> dict[str, str]:
    """Output formats and their media types."""
    return dict(MEDIA_TYPES)


def audiences() -> dict[str, str]:
    return dict(AUDIENCES)
