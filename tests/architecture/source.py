"""The project's own Python, parsed: what the rules of this folder judge. A test may plant a file among them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORE = "layers/core/"


@dataclass(frozen=True)
class Source:
    """One file: `path` from the project's root, with forward slashes."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def module(self) -> str:
        """The name that the file is imported by."""
        parts = self.path.removeprefix(CORE).removesuffix(".py").removesuffix("/__init__").split("/")
        return ".".join(parts)

    @property
    def stem(self) -> str:
        return Path(self.path).stem

    @property
    def is_function(self) -> bool:
        """Whether the file is a Lambda function."""
        return self.path.startswith("functions/")

    def imports(self) -> Iterator[tuple[int, str]]:
        """(line, module) of each import, wherever it stands: lazy ones too, and those by name."""
        for node in ast.walk(self.tree):
            match node:
                case ast.Import(names=names):
                    yield from ((node.lineno, name.name) for name in names)
                case ast.ImportFrom(module=module, names=names, level=level):
                    base = self._parent(level, module) if level else module or ""
                    # `from a import b` may import the module a.b; a longer name than the module's does no harm.
                    yield from ((node.lineno, f"{base}.{name.name}") for name in names)
                case ast.Call(func=ast.Attribute(attr="import_module") | ast.Name(id="__import__"), args=[first, *_]):
                    if isinstance(first, ast.Constant) and isinstance(first.value, str):
                        yield node.lineno, first.value

    def _parent(self, level: int, module: str | None) -> str:
        steps = self.module.split(".")
        package = steps if self.path.endswith("/__init__.py") else steps[:-1]
        return ".".join([*package[: len(package) - level + 1], *([module] if module else [])])


def python_files(*folders: str) -> list[Source]:
    """The sources under these folders of the project."""
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return [Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in paths]
