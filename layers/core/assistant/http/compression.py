"""Smaller answers for clients that say they can read them: Brotli, else gzip (RFC 9110, Accept-Encoding)."""

import gzip

SMALLEST = 1024  # below, the header costs as much as is saved
BROTLI_QUALITY = 4  # as fast as gzip's 6 here, and a tenth smaller; above 5 it is slower than the network
GZIP_LEVEL = 6
COMPRESSIBLE = ("text/", "application/json", "application/problem+json", "image/svg+xml")


def accepted(header: str) -> list[str]:
    """The encodings of ours that a client reads, the preferred one first; `br` where it likes both the same."""
    qualities: dict[str, float] = {}
    for item in header.lower().split(","):
        name, _, parameters = item.strip().partition(";")
        value = parameters.strip().removeprefix("q=") if parameters.strip().startswith("q=") else "1"
        try:
            qualities[name.strip()] = float(value)
        except ValueError:
            continue
    ours = {name: qualities.get(name, qualities.get("*", 0.0)) for name in ("br", "gzip")}
    return sorted((name for name, quality in ours.items() if quality > 0), key=lambda name: -ours[name])


def compress(body: bytes, encoding: str) -> bytes | None:
    """The body in that encoding; None when it cannot travel as binary, or would not be smaller.

    Mangum sends what is no UTF-8 as base64 and everything else as text, so what happens to be UTF-8 cannot leave.
    A gzip stream never is: its second byte starts no character.
    """
    if encoding == "br":
        import brotli

        packed: bytes = brotli.compress(body, quality=BROTLI_QUALITY)
        if _is_text(packed):
            return None
    else:
        packed = gzip.compress(body, GZIP_LEVEL, mtime=0)
    return packed if len(packed) < len(body) else None


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
