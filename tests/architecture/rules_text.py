"""What no file of the project says: where it was made, and from which registry something was fetched.

The words stand here in pieces, because this file is one of those that are searched.
"""

import re
import subprocess
from collections.abc import Iterable

from tests.architecture.source import ROOT, Source

ELSEWHERE = "the project is read on other machines. Say it without the name of this one"
REGISTRY = "each machine knows its own registry. Name the package and its version only"
BANNED = {
    re.compile("farm" + "-bench", re.I): ELSEWHERE,
    re.compile(r"(?<![\w.])/" + r"work/"): ELSEWHERE,
    re.compile(r"(?<![\w./-])/?" + r"sha" + r"red/"): ELSEWHERE,
    re.compile(r"(?<!\w)/(?:home|Users|root)" + r"/\w"): ELSEWHERE,
    re.compile(r"(?:extra-)?index" + "-url", re.I): REGISTRY,
    re.compile("find" + "-links", re.I): REGISTRY,
    re.compile(r"(?:py" + r"pi|python" + r"hosted|npm" + r"js|yarn" + r"pkg)\.(?:org|com)", re.I): REGISTRY,
    re.compile("registry" + r"\.[a-z0-9-]+\.[a-z]", re.I): REGISTRY,
    re.compile("arti" + "factory", re.I): REGISTRY,
}


def committed() -> list[Source]:
    """Every text file that git knows or would add."""
    run = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = []
    for name in filter(None, run.stdout.split("\0")):
        path = ROOT / name
        if path.is_file():  # not one that was deleted and is still known
            content = path.read_bytes()
            if b"\0" not in content[:8192]:
                found.append(Source(name, content.decode("utf-8", errors="replace")))
    return found


def nothing_tells_where_it_was_made(sources: Iterable[Source]) -> list[str]:
    """Paths of this machine, hosts of registries, names of what the project was made with."""
    return [
        f"{source.path}:{source.text.count(chr(10), 0, match.start()) + 1} says {match.group()}: {why}"
        for source in sources
        for pattern, why in BANNED.items()
        for match in pattern.finditer(source.text)
    ]
