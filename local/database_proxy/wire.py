"""The few messages of PostgreSQL's protocol (version 3) that a pooler has to understand."""

import struct
from collections.abc import Iterator

SSL_REQUEST = 80877103
GSS_REQUEST = 80877104
CANCEL_REQUEST = 80877102
PROTOCOL_3 = 196608
_LONGEST = 1 << 30


class ProtocolError(Exception):
    """The other side does not speak the protocol."""


def frames(buffer: bytearray) -> Iterator[tuple[int, bytes]]:
    """Take all whole messages off the buffer: their type byte and their full bytes."""
    start, size = 0, len(buffer)
    try:
        while size - start >= 5:
            length = int.from_bytes(buffer[start + 1 : start + 5], "big")
            if not 4 <= length <= _LONGEST:
                raise ProtocolError(f"message of {length} bytes")
            end = start + 1 + length
            if end > size:
                return
            frame = bytes(buffer[start:end])
            start = end
            yield frame[0], frame
    finally:
        del buffer[:start]


def startup(buffer: bytearray) -> tuple[int, bytes] | None:
    """Take a startup packet off the buffer: its code and its body; None while it is incomplete."""
    if len(buffer) < 8:
        return None
    length, code = struct.unpack_from("!II", buffer)
    if not 8 <= length <= 10_000:
        raise ProtocolError(f"startup packet of {length} bytes")
    if len(buffer) < length:
        return None
    body = bytes(buffer[8:length])
    del buffer[:length]
    return code, body


def parameters(body: bytes) -> dict[str, str]:
    """Read the names and values of a startup packet."""
    words = body.decode("utf-8", "replace").split("\0")
    return dict(zip(words[::2], words[1::2], strict=False)) if words else {}


def startup_packet(user: str, database: str) -> bytes:
    """Return the packet that opens a server connection."""
    body = f"user\0{user}\0database\0{database}\0application_name\0local-database-proxy\0\0".encode()
    return struct.pack("!II", len(body) + 8, PROTOCOL_3) + body


def text(frame: bytes, start: int) -> tuple[bytes, int]:
    """Return the zero-ended text at a position, and where the next field begins."""
    end = frame.index(b"\0", start)
    return frame[start:end], end + 1


def message(kind: bytes, body: bytes) -> bytes:
    """Return one message."""
    return kind + struct.pack("!I", len(body) + 4) + body


def fatal(code: str, words: str) -> bytes:
    """Return the error that ends a session."""
    return message(b"E", f"SFATAL\0VFATAL\0C{code}\0M{words}\0\0".encode())


AUTHENTICATED = message(b"R", struct.pack("!I", 0))
READY = message(b"Z", b"I")
TERMINATE = message(b"X", b"")
