"""Makes the locks of both layers anew: every package with the hash of its file for Lambda's Python 3.13 on Linux.

Run as `python3.13 layers/dependencies/lock.py` after a change to requirements.txt or documents.txt.
"""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PLATFORMS = ("manylinux2014_x86_64", "manylinux_2_28_x86_64", "manylinux_2_26_x86_64")
HEAD = "# Everything that {} pulls in, for Lambda's Linux and Python 3.13 only; made by lock.py.\n"


def resolve(*requirements: str) -> dict[str, str]:
    """Return the lock line of each package, by name."""
    files = [word for name in requirements for word in ("-r", str(HERE / name))]
    platforms = [word for name in PLATFORMS for word in ("--platform", name)]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--ignore-installed", "--report", "-",
         "--only-binary=:all:", "--target", "/nowhere", "--implementation", "cp", "--python-version", "3.13",
         *platforms, *files],
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    lines = {}
    for package in json.loads(done.stdout)["install"]:
        name = package["metadata"]["name"].lower().replace("_", "-")
        digest = package["download_info"]["archive_info"]["hashes"]["sha256"]
        lines[name] = f"{name}=={package['metadata']['version']} --hash=sha256:{digest}"
    return lines


def write(lock: str, requirements: str, lines: dict[str, str]) -> None:
    text = HEAD.format(requirements) + "".join(f"{lines[name]}\n" for name in sorted(lines))
    (HERE / lock).write_text(text)


def main() -> None:
    """Lock both files; the second holds only what the first does not, since a function has both layers."""
    common = resolve("requirements.txt")
    both = resolve("requirements.txt", "documents.txt")
    if moved := [name for name in common if both[name] != common[name]]:
        raise SystemExit(f"error: documents.txt wants other versions of {', '.join(moved)}: pin them alike.")
    write("lock.txt", "requirements.txt", common)
    write("documents.lock.txt", "documents.txt", {name: both[name] for name in both.keys() - common.keys()})


if __name__ == "__main__":
    main()
