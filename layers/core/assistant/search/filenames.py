"""File names: what the user wrote for display, and a form that is safe in an object's key."""

import re
import unicodedata

DISPLAYED = 255
IN_KEY = 100
UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def displayed(filename: str) -> str:
    """The last part of a path, without what does not show: control characters and direction overrides."""
    name = re.split(r"[/\\]", filename)[-1]
    name = "".join(character for character in name if unicodedata.category(character) not in ("Cc", "Cf", "Cs"))
    return unicodedata.normalize("NFC", name).strip()[-DISPLAYED:]


def in_key(filename: str) -> str:
    """ASCII letters, digits, dot, dash and underscore only; never a path, never empty, the suffix kept."""
    stem, dot, suffix = displayed(filename).rpartition(".")
    if not dot:
        stem, suffix = suffix, ""
    ending = f".{_safe(suffix)[:16]}" if _safe(suffix) else ""
    return (_safe(stem)[: IN_KEY - len(ending)].rstrip(".-") or "document") + ending


def _safe(text: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return UNSAFE.sub("-", ascii_only).strip(".-")
