"""Bytes to text, or a clear refusal. Text is never guessed at: what is garbled in the index misleads for ever."""

import codecs
import re
from itertools import groupby

from assistant.platform.errors import Invalid, UnsupportedMediaType

# UTF-32 before UTF-16: its little-endian mark begins with the other's.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "a database"),
)
SAMPLE = 65_536
# Control characters that text may hold: tab, line ends, form feed, escape (terminal captures).
CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
CYRILLIC_WORD = re.compile("[\u0410-\u044f\u0401\u0451]+")


def decode(content: bytes, *, supported: str) -> str:
    """Text of `content`, with line ends as `\\n`.

    The order is strict: a byte order mark, UTF-8, UTF-16 without a mark, Windows-1251 when it reads as Russian.
    Raises UnsupportedMediaType for binary content (naming `supported`), Invalid for text in no known encoding.
    """
    for signature, name in SIGNATURES:
        if content.startswith(signature):
            raise UnsupportedMediaType(f"The content is {name}, whatever the file is called. Supported: {supported}.")
    text = _text_of(content)
    if text is None:
        raise Invalid(
            "The text is neither UTF-8, UTF-16 nor Russian Windows-1251. Save the file as UTF-8 and upload it again."
        )
    if _is_binary(text):
        raise UnsupportedMediaType(f"The content is binary, not text. Supported: {supported}.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _text_of(content: bytes) -> str | None:
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _strictly(content[len(mark) :], encoding)
    if b"\x00" in content:  # no NUL belongs in UTF-8 text, and every Latin letter in UTF-16 has one
        zeros = content[1:SAMPLE:2].count(0), content[0:SAMPLE:2].count(0)
        text = _strictly(content, "utf-16-le" if zeros[0] > zeros[1] else "utf-16-be")
        return text if text is not None and _is_likely(text) else "\x00"
    text = _strictly(content, "utf-8")
    if text is not None:
        return text
    text = _strictly(content, "cp1251")
    if text is None:
        return None
    # Curly quotes and dashes have the same codes in both Windows code pages: then the text is not in doubt.
    return text if text == _strictly(content, "cp1252") or _reads_as_russian(text) else None


def _is_likely(text: str) -> bool:
    """Whether most of it is Latin or Cyrillic: bytes read as UTF-16 by mistake are Chinese."""
    sample = text[:SAMPLE]
    return not _is_binary(text) and sum(character < "\u0530" for character in sample) > len(sample) * 0.8


def _strictly(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_binary(text: str) -> bool:
    return "\x00" in text or len(CONTROL.findall(text)) > max(3, len(text) // 100)


def _reads_as_russian(text: str) -> bool:
    """Whether words beyond ASCII are whole Russian words: not "fьr" (für) nor "оПХБЕР" (KOI8-R read wrongly)."""
    foreign = plausible = 0
    for is_word, letters in groupby(text[:SAMPLE], str.isalpha):
        word = "".join(letters)
        if is_word and not word.isascii():
            foreign += 1
            cased = word.islower() or word.istitle() or word.isupper()
            plausible += bool(CYRILLIC_WORD.fullmatch(word)) and cased
    return foreign > 0 and plausible >= foreign * 0.9 and not _mostly_capitals(text[:SAMPLE])


def _mostly_capitals(text: str) -> bool:
    letters = [character for character in text if not character.isascii() and character.isalpha()]
    return len(letters) > 40 and sum(map(str.isupper, letters)) > len(letters) * 0.9
