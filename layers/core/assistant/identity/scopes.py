"""What each scope lets its holder do."""

from collections.abc import Iterable

DESCRIPTIONS = {
    "basic": "Read your own profile, budget, tasks and notifications, and change your settings.",
    "search": "Search the documents of your organisation.",
    "generate": "Generate documents with a language model, within your budget.",
    "admin": "Manage users, budgets, sources and models of your organisation.",
}


def effective(role: str, scopes: Iterable[str]) -> frozenset[str]:
    """The stored scopes as they count: that of an administrator goes with the role, so a demotion is one column."""
    return frozenset(scope for scope in scopes if scope != "admin" or role == "admin")
