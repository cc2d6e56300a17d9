"""Text as the formats hand it on: in blocks that say where they may be cut."""

from dataclasses import dataclass
from typing import Literal

Shape = Literal["markdown", "prose", "lines"]


@dataclass(frozen=True)
class Block:
    """A stretch of text that chunks may not cross. `shape` says where it may be cut."""

    text: str
    shape: Shape
    heading: str = ""
