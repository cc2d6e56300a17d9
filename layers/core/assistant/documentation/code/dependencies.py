"""Which file imports which, and what comes from outside, told from the text of imports alone."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from assistant.documentation.code.structure import CodeFile

PACKAGES = ("__init__", "index", "mod")  # what a folder is imported as
SEPARATORS = re.compile(r"[.\\/]|::")


@dataclass(frozen=True)
class Dependencies:
    """`inside`: (importing file, imported file). `outside`: how many files import each other module."""

    inside: list[tuple[str, str]]
    outside: dict[str, int]


def dependencies(files: Sequence[CodeFile]) -> Dependencies:
    """A module belongs to the file whose path ends with it; what no file's path ends with is from outside."""
    by_stem: dict[str, list[str]] = {}
    for file in files:
        path = PurePosixPath(file.path)
        stem = path.parent if path.stem in PACKAGES else path.with_suffix("")
        by_stem.setdefault(stem.name, []).append(file.path)
    inside: dict[tuple[str, str], None] = {}
    outside: Counter[str] = Counter()
    for file in files:
        strangers = set()
        for imported in file.imports:
            target = _target(imported.module, file.path, by_stem)
            if target is not None:
                if target != file.path:
                    inside[(file.path, target)] = None
            elif imported.module.strip("."):
                strangers.add(_package(imported.module))
        outside.update(filter(None, strangers))
    return Dependencies(list(inside), dict(sorted(outside.items(), key=lambda item: (-item[1], item[0]))))


def _target(module: str, importer: str, by_stem: dict[str, list[str]]) -> str | None:
    parts = [part for part in SEPARATORS.split(_without_suffix(module)) if part not in ("", "crate", "self", "super")]
    for length in range(len(parts), max(0, len(parts) - 2), -1):  # the last part may be a name inside the module
        wanted = parts[:length]
        fitting = [path for path in by_stem.get(wanted[-1], ()) if _stem_parts(path)[-length:] == wanted]
        if fitting:
            here = PurePosixPath(importer).parent.parts
            return min(fitting, key=lambda path: (-_shared_steps(here, PurePosixPath(path).parts), len(path), path))
    return None


def _without_suffix(module: str) -> str:
    return re.sub(r"\.(?:[cm]?[jt]sx?|hp?p?|hh|hxx|php|rb)$", "", module)


def _stem_parts(path: str) -> list[str]:
    pure = PurePosixPath(path)
    return list((pure.parent if pure.stem in PACKAGES else pure.with_suffix("")).parts)


def _shared_steps(first: tuple[str, ...], second: tuple[str, ...]) -> int:
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count


def _package(module: str) -> str:
    """The part of a module's name that names what would be installed, as far as its text tells."""
    if module.startswith("@"):
        return "/".join(module.split("/")[:2])
    if "/" in module:
        first = module.split("/")[0]
        return "/".join(module.split("/")[:3]) if "." in first else module if module.endswith(".h") else first
    return module if module.endswith((".h", ".hpp")) else SEPARATORS.split(module.lstrip("."))[0]
