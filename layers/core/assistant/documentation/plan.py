"""Which parts of the code the model gets to see: the most telling ones first, as many as the detail level pays for."""

from collections.abc import Iterator
from dataclasses import dataclass

from assistant.documentation.analysis import Analysis
from assistant.documentation.code.structure import CodeFile
from assistant.documentation.kinds import DETAIL_LEVELS

PIECE_BYTES = 2_000  # of code in one prompt


@dataclass(frozen=True)
class Piece:
    """Lines `first` to `last` of a file, as the model is shown them; `names` are what is defined there."""

    path: str
    first: int
    last: int
    code: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """`pieces` are shown, in the order of the document. `shown` and `lines`: lines of code, shown and in all."""

    pieces: list[Piece]
    shown: int
    lines: int

    @property
    def calls(self) -> int:
        """One for each piece, and one for the whole."""
        return len(self.pieces) + 1


def plan(analysis: Analysis, detail_level: str) -> Plan:
    """Files in turn, the most telling first: each gives its first piece before any gives its second.

    Telling is what defines much that is public and what others import.
    """
    most = DETAIL_LEVELS[detail_level][0] - 1
    imported: dict[str, int] = {}
    for _, target in analysis.dependencies.inside:
        imported[target] = imported.get(target, 0) + 1

    def telling(file: CodeFile) -> tuple[int, str]:
        public = sum(one.is_public for one in [*file.functions, *file.types])
        return -(public + 2 * imported.get(file.path, 0)), file.path

    sources = [_pieces(file) for file in sorted(analysis.files, key=telling)]
    chosen: list[Piece] = []
    while sources and len(chosen) < most:
        waiting = []
        for source in sources:
            if len(chosen) == most:
                break
            piece = next(source, None)
            if piece is not None:
                chosen.append(piece)
                waiting.append(source)
        sources = waiting
    chosen.sort(key=lambda piece: (piece.path, piece.first))
    lines = sum(file.lines for file in analysis.files)
    return Plan(chosen, min(lines, sum(piece.last - piece.first + 1 for piece in chosen)), lines)


def _pieces(file: CodeFile) -> Iterator[Piece]:
    """A file cut at the beginnings of its definitions, so that each piece fits; a longer definition is cut inside."""
    lines = file.text.splitlines()
    if not any(line.strip() for line in lines):
        return
    starts = {one.line for one in [*file.functions, *file.types]}
    begin, size, cut = 0, 0, 0
    for number, line in enumerate(lines):
        weight = len(line.encode("utf-8", "replace")) + 1
        if number + 1 in starts and number > begin:
            cut = number
        if size + weight > PIECE_BYTES and number > begin:
            end = cut if cut > begin else number
            yield _piece(file, lines, begin, end)
            begin, cut = end, 0
            size = sum(len(kept.encode("utf-8", "replace")) + 1 for kept in lines[begin:number])
        size += weight
    yield _piece(file, lines, begin, len(lines))


def _piece(file: CodeFile, lines: list[str], begin: int, end: int) -> Piece:
    code = "\n".join(lines[begin:end]).encode("utf-8", "replace")[:PIECE_BYTES].decode(errors="ignore")
    names = tuple(
        one.qualified for one in file.functions if begin < one.line <= end
    ) + tuple(one.name for one in file.types if begin < one.line <= end)  # fmt: skip
    return Piece(file.path, begin + 1, end, code, names)
