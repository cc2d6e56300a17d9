"""Confluence and Jira, Cloud and Server.

Cloud signs in with e-mail and API token and hands out cursors; Server signs in with a token and counts positions, so an
edit between two requests moves everything behind it.
"""

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote, urlencode

from tests.servers.api import Answer, ApiServer, Refused, Request, stamp

EMAIL = "reader@example.com"
PAGE = 10  # fewer than asked for, as these servers may


class Atlassian(ApiServer):
    """`entries` by id: pages, attachments or issues."""

    def __init__(self, *, cloud: bool) -> None:
        super().__init__()
        self.cloud = cloud
        self.entries: dict[str, dict[str, Any]] = {}
        self._cursors: dict[str, list[str]] = {}
        self._next = 1000

    def is_signed_in(self, request: Request) -> bool:
        expected = f"Bearer {self.secret}"
        if self.cloud:
            expected = "Basic " + base64.b64encode(f"{EMAIL}:{self.secret}".encode()).decode()
        return bool(request.headers.get("Authorization") == expected)

    def add(self, where: str, title: str, text: str, **more: Any) -> str:
        self._next += 1
        moment = self.now()
        self.entries[str(self._next)] = {
            "id": str(self._next), "where": where, "title": title, "text": text, "changed": moment, "made": moment,
            "version": 1, "type": "page", "labels": [], "status": "current", **more,
        }  # fmt: skip
        return str(self._next)

    def edit(self, identity: str, text: str) -> None:
        entry = self.entries[identity]
        entry |= {"text": text, "changed": self.now(), "version": entry["version"] + 1}

    def remove(self, identity: str) -> None:
        del self.entries[identity]

    def found(self, query: str) -> list[dict[str, Any]]:
        """What CQL or JQL finds, as far as the connectors write it."""
        scope = re.search(r"(?:space|project) in \(([^)]*)\)", query)
        kinds = re.search(r"type in \(([^)]*)\)", query)
        since = re.search(r'>= (?:now\()?"-(\d+)m"', query)
        order = re.search(r"order by (\w+) asc", query)
        if not scope or not order:
            raise Refused(400)
        places = re.findall(r'"([^"]*)"', scope.group(1))
        rows = [
            entry for entry in self.entries.values()
            if entry["where"] in places and entry["status"] == "current"
            and (not kinds or entry["type"] in kinds.group(1).split(", "))
            and (not since or entry["changed"] >= datetime.now(UTC) - timedelta(minutes=int(since.group(1))))
        ]  # fmt: skip
        return sorted(rows, key=lambda entry: entry["made" if order.group(1) == "created" else "changed"])

    def portion(self, query: str, token: str | None, start: int, most: int) -> tuple[list[dict[str, Any]], str | None]:
        """(rows, cursor of the next). A cursor goes on in what was found when the first page was asked for."""
        if token is None:
            identities = [entry["id"] for entry in self.found(query)][start:]
        elif token in self._cursors:
            identities = self._cursors[token]
        else:
            raise Refused(400)
        rows = [self.entries[identity] for identity in identities[:most] if identity in self.entries]
        rest = identities[most:]
        if not rest:
            return rows, None
        following = f"cursor-{len(self._cursors)}"
        self._cursors[following] = rest
        return rows, following


class Confluence(Atlassian):
    """The REST API under /wiki in the cloud and under / on a server."""

    def __init__(self, *, cloud: bool) -> None:
        super().__init__(cloud=cloud)
        self.root = "/wiki" if cloud else ""

    def answer(self, request: Request) -> Answer:
        path = unquote(request.path.removeprefix(self.root))
        if found := re.fullmatch(r"/rest/api/space/(\w+)", path):
            if found.group(1) not in {entry["where"] for entry in self.entries.values()}:
                raise Refused(404)
            return Answer(body={"key": found.group(1)})
        if path == "/rest/api/content/search":
            return self._search(request)
        if found := re.fullmatch(r"/rest/api/content/(\d+)", path):
            entry = self.entries.get(found.group(1))
            if entry is None or (entry["status"] != "current" and request.query.get("status") != "any"):
                raise Refused(404)
            return Answer(body=self._shown(entry))
        if found := re.fullmatch(r"/download/(\d+)/.*", path):
            return Answer(body=self.entries[found.group(1)]["content"])
        raise Refused(404)

    def trash(self, identity: str) -> None:
        """What people do who delete a page: it is still there, in the bin."""
        self.entries[identity]["status"] = "trashed"

    def _search(self, request: Request) -> Answer:
        query, start = request.query["cql"], int(request.query.get("start", 0))
        most = min(int(request.query.get("limit", 25)), PAGE)
        if self.cloud:
            rows, following = self.portion(query, request.query.get("cursor"), 0, most)
            more = {"cursor": following} if following else None
        else:
            found = self.found(query)
            rows = found[start : start + most]
            more = {"start": str(start + most)} if start + most < len(found) else None
        links = {}
        if more:
            links["next"] = "/rest/api/content/search?" + urlencode({"cql": query, "limit": most, **more})
        return Answer(body={"results": [self._shown(entry) for entry in rows], "size": len(rows), "_links": links})

    def _shown(self, entry: dict[str, Any]) -> dict[str, Any]:
        shown = {
            "id": entry["id"], "type": entry["type"], "status": entry["status"], "title": entry["title"],
            "space": {"key": entry["where"]},
            "version": {"number": entry["version"], "when": stamp(entry["changed"]), "by": {"displayName": "Ann"}},
            "metadata": {"labels": {"results": [{"name": label} for label in entry["labels"]]}},
            "_links": {"webui": f"/pages/{entry['id']}"},
        }  # fmt: skip
        if entry["type"] == "attachment":
            shown["extensions"] = {"fileSize": len(entry["content"])}
            shown["_links"]["download"] = f"/download/{entry['id']}/{entry['title']}"
        else:
            shown["body"] = {"storage": {"value": entry["text"]}}
        return shown


class Jira(Atlassian):
    """Issues; the cloud no longer has the search that counts."""

    def answer(self, request: Request) -> Answer:
        path = unquote(request.path)
        if found := re.fullmatch(r"/rest/api/2/project/(\w+)", path):
            if found.group(1) not in {entry["where"] for entry in self.entries.values()}:
                raise Refused(404)
            return Answer(body={"key": found.group(1)})
        if path == "/rest/api/3/search/jql" and self.cloud:
            most = min(int(request.query["maxResults"]), PAGE)
            rows, token = self.portion(request.query["jql"], request.query.get("nextPageToken"), 0, most)
            more = {"nextPageToken": token} if token else {}
            return Answer(body={"issues": [self._shown(row) for row in rows], "isLast": not token, **more})
        if path == "/rest/api/2/search" and not self.cloud:
            start, found = int(request.query.get("startAt", 0)), self.found(request.query["jql"])
            rows = found[start : start + min(int(request.query["maxResults"]), PAGE)]
            return Answer(body={"issues": [self._shown(row) for row in rows], "startAt": start, "total": len(found)})
        if found := re.fullmatch(r"/secure/attachment/(\d+)/[^/]+", path):
            return Answer(body=self._file(found.group(1)))
        if found := re.fullmatch(r"/rest/api/2/issue/(\d+)", path):
            entry = self.entries.get(found.group(1))
            if entry is None:
                raise Refused(404)
            return Answer(body=self._shown(entry))
        raise Refused(404)

    def attach(self, identity: str, name: str, content: bytes) -> str:
        self._next += 1
        moment = self.now()
        self.entries[identity]["changed"] = moment
        file = {"id": str(self._next), "name": name, "content": content, "made": moment}
        self.entries[identity].setdefault("files", []).append(file)
        return str(self._next)

    def detach(self, identity: str) -> None:
        """Take the last file away."""
        self.entries[identity]["changed"] = self.now()
        self.entries[identity]["files"].pop()

    def _file(self, number: str) -> bytes:
        files = [file for entry in self.entries.values() for file in entry.get("files", []) if file["id"] == number]
        if not files:
            raise Refused(404)
        content: bytes = files[0]["content"]
        return content

    def comment(self, identity: str, text: str) -> None:
        entry = self.entries[identity]
        moment = self.now()
        entry["changed"] = moment
        entry.setdefault("comments", []).append((moment, text))

    def _shown(self, entry: dict[str, Any]) -> dict[str, Any]:
        comments = entry.get("comments", [])
        return {
            "id": entry["id"],
            "key": f"{entry['where']}-{entry['id']}",
            "fields": {
                "summary": entry["title"], "updated": stamp(entry["changed"]).replace("Z", "+0000"),
                "labels": entry["labels"], "reporter": {"displayName": "Ann"}, "project": {"key": entry["where"]},
                "comment": {"comments": [{"created": stamp(moment)} for moment, _ in comments]},
                "attachment": [
                    {"id": file["id"], "filename": file["name"], "size": len(file["content"]),
                     "created": stamp(file["made"]), "author": {"displayName": "Cid"},
                     # As Jira knows itself, which need not be how it is reached.
                     "content": f"https://jira.example/secure/attachment/{file['id']}/{quote(file['name'])}"}
                    for file in entry.get("files", [])
                ],
            },
            "renderedFields": {
                "description": f"<p>{entry['text']}</p>",
                "comment": {
                    "comments": [
                        {"author": {"displayName": "Bob"}, "body": f"<p>{text}</p>"} for _, text in comments
                    ]
                },
            },
        }  # fmt: skip
