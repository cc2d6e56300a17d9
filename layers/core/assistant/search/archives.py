"""Opening ZIP containers (docx, epub) without trusting what they say about themselves."""

import lzma
import struct
import zipfile
import zlib
from io import BytesIO

from assistant.platform.errors import Invalid

MOST_ENTRIES = 5_000
MOST_UNPACKED = 200_000_000
MOST_RATIO = 200  # text packs 10 to 20 times; what packs much better was made to burst
BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, ValueError, OSError, EOFError, NotImplementedError, struct.error,
)  # fmt: skip
SMALL = 1_000_000  # up to here a ratio tells nothing


class Archive:
    """A ZIP whose entries are read up to a limit that counts what really comes out."""

    def __init__(self, content: bytes) -> None:
        self._size = len(content)
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
            self.names = self._zip.namelist()
        except BROKEN as error:
            raise Invalid("The file is damaged: it cannot be unpacked.") from error
        if len(self.names) > MOST_ENTRIES:
            raise Invalid(f"The file holds {len(self.names)} parts; {MOST_ENTRIES} are the most.")
        if any(entry.flag_bits & 1 for entry in self._zip.infolist()):
            raise Invalid("The file is encrypted. Remove the password and upload it again.")
        self._left = min(MOST_UNPACKED, max(SMALL, self._size * MOST_RATIO))

    def size_of(self, name: str) -> int:
        """The size that the archive claims for an entry, in bytes; what is read is counted, not this."""
        return self._zip.getinfo(name).file_size

    def read(self, name: str) -> bytes:
        """An entry whole; Invalid when it is missing, damaged, or more comes out than a document has."""
        pieces = []
        try:
            with self._zip.open(name) as entry:
                while piece := entry.read(1 << 16):
                    self._left -= len(piece)
                    if self._left < 0:
                        raise Invalid("The file unpacks to more than a document holds.")
                    pieces.append(piece)
        except KeyError as error:
            raise Invalid(f"The file is damaged: it lacks {name}.") from error
        except (*BROKEN, RuntimeError) as error:
            raise Invalid("The file is damaged: it cannot be unpacked.") from error
        return b"".join(pieces)
