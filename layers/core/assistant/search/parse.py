"""Files to text blocks. A format is one entry of `FORMATS`: the suffix, its media type and the function that reads it.

Size limits are the caller's: a parser sees only what has already passed them.
"""

import csv
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import PurePosixPath

from assistant.platform.errors import Invalid, UnsupportedMediaType
from assistant.search.encoding import decode
from assistant.search.html import to_markdown
from assistant.search.office import read_docx, read_epub, read_pdf
from assistant.search.text_blocks import Block

__all__ = ["FORMATS", "Block", "Parsed", "parse", "supported"]


@dataclass(frozen=True)
class Format:
    """How to read one kind of file. `read` takes the bytes and raises Invalid when they are broken."""

    media_type: str
    read: Callable[[bytes], list[Block]]


@dataclass(frozen=True)
class Parsed:
    """A file that was read: its media type, whatever the client declared, and its text in order."""

    media_type: str
    blocks: list[Block]


def parse(content: bytes, filename: str, declared_type: str = "") -> Parsed:
    """Read a file by the suffix of its name, or by the declared media type when the name has none.

    Raises UnsupportedMediaType naming what is supported, Invalid when the file is empty or broken.
    """
    chosen = require_readable(filename, declared_type)
    blocks = [block for block in chosen.read(content) if block.text.strip()]
    if not blocks:
        raise Invalid("The file holds no text.")
    return Parsed(chosen.media_type, blocks)


def require_readable(filename: str, declared_type: str = "") -> Format:
    """How a file of this name is read; UnsupportedMediaType naming what is supported."""
    suffix = _suffix(filename, declared_type)
    if suffix == ".doc" or (not suffix and declared_type.startswith("application/msword")):
        # Nothing that reads the format of before 2007 safely is maintained.
        raise UnsupportedMediaType("Word's old format cannot be read. Save the file as .docx and upload that.")
    chosen = FORMATS.get(suffix)
    if chosen is None:
        raise UnsupportedMediaType(f"Files like this cannot be read. Supported: {supported()}.")
    return chosen


def supported() -> str:
    """The suffixes that can be read, for people: "csv, json, …"."""
    return ", ".join(sorted(suffix.removeprefix(".") for suffix in FORMATS))


def _suffix(filename: str, declared_type: str) -> str:
    # Browsers declare text/plain or application/octet-stream for most of these, so the name speaks first.
    suffix = PurePosixPath(filename.replace("\\", "/")).suffix.lower()
    if suffix:
        return suffix
    media_type = declared_type.partition(";")[0].strip().lower()
    return next((known for known, form in FORMATS.items() if form.media_type == media_type), "")


def _text(content: bytes) -> str:
    return decode(content, supported=supported())


def read_markdown(content: bytes) -> list[Block]:
    return [Block(_text(content), "markdown")]


def read_prose(content: bytes) -> list[Block]:
    return [Block(_text(content), "prose")]


def read_html(content: bytes) -> list[Block]:
    return [Block(to_markdown(_text(content)), "markdown")]


def read_yaml(content: bytes) -> list[Block]:
    # Not loaded: templates carry tags of their own (!Ref), and loading is where alias bombs go off.
    return [Block(_text(content), "lines")]


def read_json(content: bytes) -> list[Block]:
    """The text as it is, once it is known to be JSON."""
    text = _text(content)
    try:
        # Numbers stay text: the value is thrown away, and a million digits would take seconds to become an int.
        json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        raise Invalid(f"The file is not JSON: {error.msg} in line {error.lineno}.") from error
    except RecursionError as error:
        raise Invalid("The JSON is nested too deeply.") from error
    return [Block(text, "lines")]


def read_csv(content: bytes) -> list[Block]:
    """A line per row that names its columns, so that a chunk from the middle still says what its values are."""
    text = _text(content)
    try:
        table = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text))
        rows = [row for row in table if any(map(str.strip, row))]
    except csv.Error as error:
        raise Invalid(f"The file is not CSV: {error}.") from error
    if len(rows) < 2 or not all(re.search(r"[^\W\d]", name) for name in rows[0]):
        return [Block("\n".join(", ".join(row) for row in rows), "lines")]
    names, *records = rows
    return [Block("\n".join(_labelled(names, record) for record in records), "lines")]


def _delimiter(text: str) -> str:
    first = text.lstrip("\n").partition("\n")[0]
    return max(",;\t|", key=first.count)


def _labelled(names: list[str], values: list[str]) -> str:
    labels = names + [""] * (len(values) - len(names))
    pairs = ((label.strip(), value.strip()) for label, value in zip(labels, values, strict=False))
    return "; ".join(f"{label}: {value}" if label else value for label, value in pairs if value)


FORMATS: dict[str, Format] = {
    ".md": Format("text/markdown", read_markdown),
    ".pdf": Format("application/pdf", read_pdf),
    ".docx": Format("application/vnd.openxmlformats-officedocument.wordprocessingml.document", read_docx),
    ".epub": Format("application/epub+zip", read_epub),
    ".html": Format("text/html", read_html),
    ".htm": Format("text/html", read_html),
    ".txt": Format("text/plain", read_prose),
    ".json": Format("application/json", read_json),
    ".csv": Format("text/csv", read_csv),
    ".yaml": Format("application/yaml", read_yaml),
    ".yml": Format("application/yaml", read_yaml),
}
