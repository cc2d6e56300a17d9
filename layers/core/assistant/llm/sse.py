"""Server-sent events: bytes in, the `data` of each event out."""

from collections.abc import Iterable, Iterator

MAX_EVENT_BYTES = 1_000_000


class EventTooLarge(Exception):
    """A line or an event beyond a megabyte: not a stream of tokens."""


def data_of_events(chunks: Iterable[bytes]) -> Iterator[str | None]:
    """Yields the data of each event, and None for each chunk that completed none, so that the reader can keep time.

    As the WHATWG specification reads: lines end in LF, CR or CRLF wherever the chunks are cut; several data lines
    of an event are joined; an event without its closing empty line is dropped. Bytes are split before they are
    decoded, so a character is never cut, and no separator but these ends a line (str.splitlines knows eleven).
    Raises UnicodeDecodeError and EventTooLarge.
    """
    data: list[str] = []
    rest, size, first = b"", 0, True
    for chunk in chunks:
        rest += chunk
        if first and len(rest) >= 3:
            rest, first = rest.removeprefix(b"\xef\xbb\xbf"), False
        *lines, rest = _lines(rest)
        found = False
        for line in lines:
            if not line:
                if data:
                    yield "\n".join(data)
                    data, size, found = [], 0, True
                continue
            field, _, value = line.partition(b":")
            if field == b"data":
                data.append(value.removeprefix(b" ").decode())
                size += len(value)
        if size + len(rest) > MAX_EVENT_BYTES:
            raise EventTooLarge
        if not found:
            yield None


def _lines(text: bytes) -> list[bytes]:
    """Whole lines, then what is left over. A CR at the very end waits: its LF may be in the next chunk."""
    held = b"\r" if text.endswith(b"\r") else b""
    lines = text[: len(text) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    lines[-1] += held
    return lines
