"""Code as it is handed in: text, a file, an archive or a repository; out come text files within limits."""

import bz2
import gzip
import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO, RawIOBase
from typing import IO, Any

from assistant.documentation.code.languages import language_of
from assistant.platform.errors import AssistantError, Invalid
from assistant.search.archives import MOST_RATIO, SMALL, Archive
from assistant.search.encoding import decode

MOST_FILES = 2_000
MOST_ENTRIES = 20_000  # of an archive, wanted or not
MOST_FILE = 1_000_000  # bytes; larger ones are generated
MOST_CODE = 20_000_000  # bytes of all files together
MOST_UNPACKED = 200_000_000
FOREIGN = frozenset({
    ".git", ".venv", "venv", "node_modules", "vendor", "third_party", "dist", "build", "target", "__pycache__",
    "site-packages", ".tox", ".mypy_cache",
})  # fmt: skip
BROKEN = (tarfile.TarError, OSError, EOFError, zlib.error, lzma.LZMAError, ValueError)


@dataclass(frozen=True)
class SourceFile:
    """A file of code; `path` is for reading only and never opened."""

    path: str
    text: str


@dataclass(frozen=True)
class Taken:
    """The files to parse, and (path, why) of code that was left out."""

    files: list[SourceFile]
    skipped: list[tuple[str, str]]


class TooMuchCode(Invalid):
    code, title = "too_much_code", "There is more code than is read at once"


def take(content: bytes, filename: str) -> Taken:
    """The code in a file or an archive (zip, tar, tar.gz, tar.bz2). Raises Invalid for what is broken or too much."""
    name = filename.lower()
    if name.endswith(".zip") or content.startswith(b"PK\x03\x04"):
        return _collect(_from_zip(content))
    opened = _tar_stream(content, name)
    if opened is not None:
        return _collect(_from_tar(opened))
    if language_of(filename) is None:
        raise Invalid(
            "The file is neither code in a language that is parsed nor a zip or tar archive. "
            "GET /api/v1/documentation/capabilities lists what is read.",
            errors=[{"pointer": "/code_input/filename", "detail": "a suffix of a language, or .zip, .tar, .tar.gz"}],
        )
    if len(content) > MOST_FILE:
        raise TooMuchCode(f"The file has {len(content) / 1e6:.1f} MB; {MOST_FILE / 1e6:g} MB of code are the most.")
    return Taken([SourceFile(filename, decode(content, supported="code as text"))], [])


def _collect(entries: Iterator[tuple[str, int, Callable[[], bytes]]]) -> Taken:
    """Keep the code; an archive with one folder at its top gives paths inside that."""
    files: list[SourceFile] = []
    skipped: list[tuple[str, str]] = []
    total = 0
    for path, size, read in entries:
        parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".", "..")]
        shown = "/".join(parts)
        if language_of(shown) is None or FOREIGN & set(parts[:-1]):
            continue
        if size > MOST_FILE or shown.endswith((".min.js", ".min.mjs")):
            skipped.append((shown, f"generated or larger than {MOST_FILE // 1_000_000} MB"))
            continue
        content = read()
        total += len(content)
        if len(files) >= MOST_FILES or total > MOST_CODE:
            raise TooMuchCode(
                f"The archive holds more than {MOST_FILES} files or {MOST_CODE // 1_000_000} MB of code. "
                "Hand in a part of it.",
            )
        try:
            files.append(SourceFile(shown, decode(content, supported="code as text")))
        except AssistantError:
            skipped.append((shown, "not text"))
    tops = {file.path.split("/")[0] for file in files if "/" in file.path} | {
        "" for file in files if "/" not in file.path
    }
    if len(tops) == 1 and (top := tops.pop()):
        files = [SourceFile(file.path[len(top) + 1 :], file.text) for file in files]
        skipped = [(path.removeprefix(f"{top}/"), why) for path, why in skipped]
    return Taken(files, skipped)


def _from_zip(content: bytes) -> Iterator[tuple[str, int, Callable[[], bytes]]]:
    archive = Archive(content)
    for name in archive.names:
        if not name.endswith("/"):
            yield name, archive.size_of(name), lambda name=name: archive.read(name)


def _tar_stream(content: bytes, name: str) -> IO[bytes] | None:
    raw = BytesIO(content)
    if content.startswith(b"\x1f\x8b") or name.endswith((".tar.gz", ".tgz")):
        return _Limited(gzip.GzipFile(fileobj=raw), len(content))  # type: ignore[return-value]
    if content.startswith(b"BZh") or name.endswith((".tar.bz2", ".tbz2")):
        return _Limited(bz2.BZ2File(raw), len(content))  # type: ignore[return-value]
    return raw if name.endswith(".tar") or content[257:262] == b"ustar" else None


class _Limited(RawIOBase):
    """Reads what is unpacked, and stops at a size that no source code has."""

    def __init__(self, inner: Any, packed: int) -> None:
        self._inner, self._left = inner, min(MOST_UNPACKED, max(SMALL, packed * MOST_RATIO))

    def read(self, size: int = -1) -> bytes:
        piece: bytes = self._inner.read(min(size, 1 << 20) if size >= 0 else 1 << 20)
        self._left -= len(piece)
        if self._left < 0:
            raise TooMuchCode("The archive unpacks to more than source code does.")
        return piece


def _from_tar(stream: IO[bytes]) -> Iterator[tuple[str, int, Callable[[], bytes]]]:
    """Entry by entry as they come; links and devices are left alone, and nothing is written to disk."""
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for number, member in enumerate(archive, 1):
                if number > MOST_ENTRIES:
                    raise TooMuchCode(f"The archive holds more than {MOST_ENTRIES} entries.")
                if member.isfile():
                    yield member.name, member.size, lambda member=member: _read(archive, member)
    except BROKEN as error:
        raise Invalid("The archive is damaged: it cannot be unpacked.") from error


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    entry = archive.extractfile(member)
    return entry.read() if entry is not None else b""
