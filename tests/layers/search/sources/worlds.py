"""The five kinds of sources as worlds that change: what is in them, what may happen to them, how they are reached."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.servers.api import ApiServer
from tests.servers.atlassian import EMAIL, Atlassian, Confluence, Jira
from tests.servers.repositories import GitHub, GitLab, Repositories

WORDS = ("hold", "budget", "ledger", "cache", "queue", "worker", "склад", "бюджет", "очередь", "source", "chunk")


@dataclass
class World:
    """`config` is the source's; `contents` gives what the index must hold in the end: external id → a text in it."""

    source_type: str
    server: ApiServer
    config: dict[str, Any]
    change: Callable[[random.Random], None]
    contents: Callable[[], dict[str, str]]
    dice: random.Random = field(default_factory=lambda: random.Random(11))

    def shake(self, times: int) -> None:
        """Let something happen at the source."""
        for _ in range(times):
            self.change(self.dice)


def text(dice: random.Random) -> str:
    return f"{' '.join(dice.choices(WORDS, k=8))} mark{dice.randrange(10**9)}"


def confluence(*, cloud: bool) -> World:
    server, dice = Confluence(cloud=cloud), random.Random(1)
    for number in range(25):
        server.add("DEV" if number % 3 else "OPS", f"Page {number}", f"<h1>H</h1><p>{text(dice)}</p>", labels=["Team"])
    server.add("SECRET", "Elsewhere", "<p>not ours</p>")
    server.add("DEV", "notes.md", "", type="attachment", content=b"# Notes\n\nattached mark5")
    server.add("DEV", "logo.png", "", type="attachment", content=b"\x89PNG")

    def change(dice: random.Random) -> None:
        pages = [
            key for key, entry in server.entries.items()
            if entry["type"] == "page" and entry["where"] != "SECRET" and entry["status"] == "current"
        ]  # fmt: skip
        happened = dice.random()
        if happened < 0.5:
            server.edit(dice.choice(pages), f"<p>{text(dice)}</p>")
        elif happened < 0.75:
            server.add("DEV", f"New {dice.random()}", f"<p>{text(dice)}</p>")
        elif happened < 0.88:
            server.trash(dice.choice(pages))
        else:
            server.remove(dice.choice(pages))

    def contents() -> dict[str, str]:
        return {
            key: entry.get("content", b"").decode("utf-8", "replace").split()[-1] if entry["type"] == "attachment"
            else entry["text"].split()[-1].removesuffix("</p>")
            for key, entry in server.entries.items()
            if entry["where"] in ("DEV", "OPS") and entry["status"] == "current" and entry["title"] != "logo.png"
        }  # fmt: skip

    config = {"base_url": server.url, "spaces": ["DEV", "OPS"], **signing_in(cloud=cloud)}
    return World("confluence", server, config, change, contents)


def jira(*, cloud: bool) -> World:
    server, dice = Jira(cloud=cloud), random.Random(2)
    for number in range(25):
        server.add("DEV", f"Issue {number}", text(dice), labels=["Bug"])
    first, second, *_ = server.entries
    server.attach(first, "first notes.md", b"# Notes\n\nattached mark7")
    server.attach(first, "logo.png", b"\x89PNG")
    server.attach(second, "second.md", text(dice).encode())
    server.attach(server.add("SECRET", "Elsewhere", "not ours"), "theirs.md", b"not ours")

    def change(dice: random.Random) -> None:
        ours = [key for key, entry in server.entries.items() if entry["where"] == "DEV"]
        happened = dice.random()
        if happened < 0.4:
            server.edit(dice.choice(ours), text(dice))
        elif happened < 0.6:
            server.comment(dice.choice(ours), text(dice))
        elif happened < 0.7:
            server.add("DEV", f"New {dice.random()}", text(dice))
        elif happened < 0.8:
            server.attach(dice.choice(ours), f"{dice.random()}.md", text(dice).encode())
        elif happened < 0.88 and (attached := [key for key in ours if server.entries[key].get("files")]):
            server.detach(dice.choice(attached))
        else:
            server.remove(dice.choice(ours))

    def contents() -> dict[str, str]:
        files = {
            f"{key}/{file['id']}": file["content"].decode().split()[-1]
            for key, entry in server.entries.items() if entry["where"] == "DEV"
            for file in entry.get("files", []) if file["name"].endswith(".md")
        }  # fmt: skip
        issues = {
            key: (entry["comments"][-1][1] if entry.get("comments") else entry["text"]).split()[-1]
            for key, entry in server.entries.items() if entry["where"] == "DEV"
        }  # fmt: skip
        return issues | files

    return World(
        "jira", server, {"base_url": server.url, "projects": ["DEV"], **signing_in(cloud=cloud)}, change, contents
    )


def signing_in(*, cloud: bool) -> dict[str, str]:
    return {"deployment": "cloud", "email": EMAIL} if cloud else {"deployment": "server"}


def repositories(server: Repositories, source_type: str, setting: str) -> World:
    dice = random.Random(3)
    ours = ["group/one", "group/two"]
    for name in ours:
        for number in range(12):
            server.add(name, f"Issue {number}", text(dice))
        server.commit(name, **{f"docs/{number} a.md": text(dice).encode() for number in range(12)})
        server.commit(name, **{"main.py": b"print()", "logo.png": b"\x89PNG", "empty.md": b""})

    def change(dice: random.Random) -> None:
        name, happened = dice.choice(ours), dice.random()
        issues, files = list(server.issues[name]), sorted(server.commits[name][-1])
        documents = [path for path in files if path.endswith("a.md")]
        if happened < 0.2:
            server.edit(name, dice.choice(issues), text(dice))
        elif happened < 0.35:
            server.comment(name, dice.choice(issues), text(dice))
        elif happened < 0.5:
            server.add(name, f"New {dice.random()}", text(dice))
        elif happened < 0.6 and len(issues) > 3:
            server.remove(name, dice.choice(issues))
        elif happened < 0.8:
            server.commit(name, **{dice.choice(documents): text(dice).encode(), f"docs/{dice.random()} a.md": b"mark1"})
        elif happened < 0.9 and len(documents) > 3:
            server.commit(name, **{dice.choice(documents): None})
        else:
            server.rewrite(name, server.commits[name][-1])

    def contents() -> dict[str, str]:
        found = {}
        for name in ours:
            for number, issue in server.issues[name].items():
                said = issue["comments"][-1][1] if issue["comments"] else issue["text"]
                found[f"issue:{name}:{number}"] = said.split()[-1]
            for path, content in server.commits[name][-1].items():
                if path.endswith("a.md"):
                    found[f"file:{name}:{path}"] = content.decode().split()[-1]
        return found

    return World(source_type, server, {"base_url": server.url, setting: ours}, change, contents)


WORLDS: dict[str, Callable[[], World]] = {
    "confluence-cloud": lambda: confluence(cloud=True),
    "confluence-server": lambda: confluence(cloud=False),
    "jira-cloud": lambda: jira(cloud=True),
    "jira-server": lambda: jira(cloud=False),
    "gitlab": lambda: repositories(GitLab("group/one", "group/two", "other/three"), "gitlab", "projects"),
    "github": lambda: repositories(GitHub("group/one", "group/two", "other/three"), "github", "repositories"),
}


def entries(world: World) -> Atlassian:
    """The server of a world that keeps its entries by id."""
    assert isinstance(world.server, Atlassian)
    return world.server
