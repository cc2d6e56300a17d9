"""Settings come from the environment and are read when they are first needed, never at import."""

import os


class MissingSetting(RuntimeError):
    """A deployment mistake: the function's environment lacks a variable that the template should have set."""


def setting(name: str, default: str | None = None) -> str:
    """Return the environment variable `name`, else `default`; raise MissingSetting when there is neither."""
    value = os.environ.get(name) or default
    if value is None:
        raise MissingSetting(f"The environment variable {name} is not set: set it on this function in template.yaml.")
    return value


def is_local() -> bool:
    """True in the local cloud, where the parts that AWS would provide are processes on this machine."""
    return setting("STAGE", "local") == "local"
