"""What a fresh machine installs: for every Python the README promises, and with a line that helps when it fails."""

import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from local import install

OLDEST = "3.11.2"  # Debian 12's
CONSTRAINTS = Path(install.__file__).parent / "constraints.txt"


def test_every_pinned_package_takes_the_oldest_python():
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in CONSTRAINTS.read_text().splitlines()}
    named = {found.name.lower().replace("_", "-"): found.metadata["Requires-Python"] for found in distributions()}
    assert len(pinned & set(named)) > 100
    refuses = {name for name in pinned & set(named) if not SpecifierSet(named[name] or "").contains(OLDEST)}
    assert refuses == set()


@pytest.mark.parametrize(
    ("printed", "advice"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "free some space"),
        ("ERROR: Cannot install a because these package versions have conflicting dependencies.", "PYTHON=python3.12"),
        ("ERROR: Could not find a version that satisfies the requirement a", "check the network"),
    ],
)
def test_a_failed_step_is_one_line_that_says_what_to_do(printed, advice, capsys):
    with pytest.raises(SystemExit) as ended:
        install.step("a step", [sys.executable, "-c", f"import sys; sys.exit({printed!r})"])
    [line] = str(ended.value).splitlines()
    assert line.startswith("error: a step failed: ERROR:")
    assert advice in line


def test_what_is_there_is_not_installed_again(tmp_path, capsys):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").touch()
    (tmp_path / install.STAMP).write_text(install.fingerprint())
    install.main(str(tmp_path), tests=False)
    assert capsys.readouterr().out == ""
