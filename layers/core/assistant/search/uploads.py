"""What arrives with a file, checked before any work is done with it."""

import hashlib
from dataclasses import dataclass

from assistant.platform.errors import Invalid, PayloadTooLarge
from assistant.search.filenames import displayed

# A function is invoked with 6 MB at most; base64 and the form around the file take the rest.
MOST_BYTES = 4_400_000
MOST_BYTES_BY_FORM = 50_000_000  # straight to the bucket
LARGER = "Ask POST /api/v1/upload/url for a form that takes 50 MB, or split the file."
MOST_TITLE, MOST_DESCRIPTION, MOST_AUTHOR, MOST_TAGS, MOST_TAG = 300, 2000, 200, 20, 50


@dataclass(frozen=True)
class Upload:
    """A file as it arrived. `tags` may repeat and need not be tidy."""

    content: bytes
    filename: str
    declared_type: str = ""
    title: str = ""
    description: str = ""
    author: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checked:
    """An upload within the limits, its texts tidied. Without a title the file name is the title."""

    content: bytes
    filename: str
    declared_type: str
    title: str
    description: str
    author: str
    tags: tuple[str, ...]
    sha256: str


def check(upload: Upload, most_bytes: int = MOST_BYTES) -> Checked:
    """Raise PayloadTooLarge or Invalid, naming the limit, else return the upload tidied."""
    size = len(upload.content)
    if size > most_bytes:
        raise PayloadTooLarge(
            f"The file has {size / 1e6:.2f} MB; this takes {most_bytes / 1e6:g} MB at most. "
            f"{LARGER if most_bytes < MOST_BYTES_BY_FORM else 'Split the file.'}",
            limit_bytes=most_bytes,
        )
    if size == 0:
        raise Invalid("The file is empty.")
    filename = displayed(upload.filename)
    if not filename.strip("."):
        raise Invalid("The file has no name.")
    tags = tuple(dict.fromkeys(tag.strip().lower() for tag in upload.tags if tag.strip()))
    if len(tags) > MOST_TAGS:
        raise Invalid(f"{len(tags)} tags; {MOST_TAGS} are the most.")
    return Checked(
        content=upload.content,
        filename=filename,
        declared_type=upload.declared_type,
        title=_text("title", upload.title, MOST_TITLE) or filename,
        description=_text("description", upload.description, MOST_DESCRIPTION),
        author=_text("author", upload.author, MOST_AUTHOR),
        tags=tuple(_text("tag", tag, MOST_TAG) for tag in tags),
        sha256=hashlib.sha256(upload.content).hexdigest(),
    )


def _text(field: str, text: str, most: int) -> str:
    if len(text.strip()) > most:
        raise Invalid(f"The {field} has {len(text.strip())} characters; {most} are the most.")
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise Invalid(f"The {field} holds characters that are not text.")
    return text.strip()
