"""GitLab and GitHub: repositories with issues, and files at commits."""

import base64
import hashlib
import re
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from tests.servers.api import Answer, ApiServer, Refused, Request, stamp


class Repositories(ApiServer):
    """`issues` by repository and number; `commits` are whole trees, the last one is the head."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.issues: dict[str, dict[int, dict[str, Any]]] = {name: {} for name in names}
        self.commits: dict[str, list[dict[str, bytes]]] = {name: [{}] for name in names}
        self._next = 0

    def add(self, name: str, title: str, text: str) -> int:
        self._next += 1
        number = len(self.issues[name]) + 1 if not self.issues[name] else max(self.issues[name]) + 1
        self.issues[name][number] = {
            "id": self._next, "number": number, "title": title, "text": text, "changed": self.now(), "comments": [],
        }  # fmt: skip
        return number

    def edit(self, name: str, number: int, text: str) -> None:
        self.issues[name][number] |= {"text": text, "changed": self.now()}

    def comment(self, name: str, number: int, text: str) -> None:
        moment = self.now()
        self.issues[name][number]["comments"].append((moment, text))
        self.issues[name][number]["changed"] = moment

    def remove(self, name: str, number: int) -> None:
        del self.issues[name][number]

    def commit(self, name: str, **changes: bytes | None) -> None:
        """A new commit with these files written, or removed where there is None."""
        tree = {**self.commits[name][-1], **changes}
        self.commits[name].append({path: content for path, content in tree.items() if content is not None})

    def rewrite(self, name: str, tree: dict[str, bytes]) -> None:
        """Push by force: the commits of before are gone."""
        self.commits[name] = [{"unrelated": b"x"}, dict(tree)]

    def sha(self, name: str, index: int = -1) -> str:
        tree = self.commits[name][index]
        place = index % len(self.commits[name])
        return hashlib.sha1(repr((place, sorted(tree.items()))).encode()).hexdigest()  # noqa: S324 - as git does

    def tree(self, name: str, sha: str) -> dict[str, bytes]:
        for index in range(len(self.commits[name])):
            if sha == self.sha(name, index):
                return self.commits[name][index]
        raise Refused(404)

    def differing(self, name: str, old: str, new: str) -> list[str]:
        one, other = self.tree(name, old), self.tree(name, new)
        return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))

    def listed(self, name: str, since: str | None, request: Request) -> list[dict[str, Any]]:
        rows = sorted(self.issues[name].values(), key=lambda issue: issue["changed"])
        if since:
            moment = datetime.fromisoformat(since)
            rows = [row for row in rows if row["changed"] >= moment]
        return paged(rows, request)


def paged(rows: list[Any], request: Request) -> list[Any]:
    most = int(request.query.get("per_page", 20))
    start = (int(request.query.get("page", 1)) - 1) * most
    return rows[start : start + most]


def blob(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()  # noqa: S324 - as git does


class GitLab(Repositories):
    """The API v4."""

    def is_signed_in(self, request: Request) -> bool:
        return bool(request.headers.get("PRIVATE-TOKEN") == self.secret)

    def answer(self, request: Request) -> Answer:
        found = re.fullmatch(r"/api/v4/projects/([^/]+)(/.*)?", request.path)
        name = unquote(found.group(1)) if found else ""
        if not found or name not in self.issues:
            raise Refused(404)
        rest = found.group(2) or ""
        if not rest:
            return Answer(body={"id": 1, "path_with_namespace": name})
        if rest == "/issues":
            rows = self.listed(name, request.query.get("updated_after"), request)
            return Answer(body=[self._issue(row) for row in rows])
        if rest == "/repository/commits/HEAD":
            return Answer(body={"id": self.sha(name)})
        if rest == "/repository/tree":
            tree = self.tree(name, request.query["ref"])
            rows = [{"path": path, "id": blob(content), "type": "blob"} for path, content in sorted(tree.items())]
            return Answer(body=paged([{"path": "folder", "id": "x", "type": "tree"}, *rows], request))
        if rest == "/repository/compare":
            paths = self.differing(name, request.query["from"], request.query["to"])
            return Answer(body={"diffs": [{"new_path": path} for path in paths], "compare_timeout": False})
        if match := re.fullmatch(r"/issues/(\d+)(/notes)?", rest):
            row = self.issues[name].get(int(match.group(1)))
            if row is None:
                raise Refused(404)
            return Answer(body=self._notes(row, request) if match.group(2) else self._issue(row))
        if match := re.fullmatch(r"/repository/files/([^/]+)/raw", rest):
            content = self.tree(name, request.query["ref"]).get(unquote(match.group(1)))
            if content is None:
                raise Refused(404)
            return Answer(body=content)
        raise Refused(404)

    def _issue(self, row: dict[str, Any]) -> dict[str, Any]:
        return {"id": row["id"], "iid": row["number"], "title": row["title"], "description": row["text"],
                "updated_at": stamp(row["changed"]), "author": {"name": "Ann"}, "labels": ["Bug"]}  # fmt: skip

    def _notes(self, row: dict[str, Any], request: Request) -> list[dict[str, Any]]:
        notes = [{"author": {"name": "Bob"}, "created_at": stamp(moment), "body": text, "system": False}
                 for moment, text in row["comments"]]  # fmt: skip
        machine = {"author": {"name": "x"}, "created_at": stamp(row["changed"]), "body": "changed it", "system": True}
        return paged([machine, *notes], request)


class GitHub(Repositories):
    """The REST API as at api.github.com."""

    def is_signed_in(self, request: Request) -> bool:
        return request.headers.get("Authorization") in (f"token {self.secret}", f"Bearer {self.secret}")

    def answer(self, request: Request) -> Answer:
        found = re.fullmatch(r"/repos/([^/]+/[^/]+)(/.*)?", unquote(request.path))
        if not found or found.group(1) not in self.issues:
            raise Refused(404)
        name, rest = found.group(1), found.group(2) or ""
        if not rest:
            return Answer(body={"full_name": name})
        if rest == "/issues":
            return Answer(body=[self._issue(row) for row in self.listed(name, request.query.get("since"), request)])
        if rest == "/commits/HEAD":
            return Answer(body={"sha": self.sha(name)})
        if match := re.fullmatch(r"/git/trees/(\w+)", rest):
            tree = [{"path": path, "sha": blob(content), "type": "blob", "size": len(content)}
                    for path, content in sorted(self.tree(name, match.group(1)).items())]  # fmt: skip
            return Answer(body={"tree": tree, "truncated": False})
        if match := re.fullmatch(r"/compare/(\w+)\.\.\.(\w+)", rest):
            paths = self.differing(name, match.group(1), match.group(2))
            return Answer(body={"files": [{"filename": path} for path in paths][:300]})
        if match := re.fullmatch(r"/issues/(\d+)(/comments)?", rest):
            row = self.issues[name].get(int(match.group(1)))
            if row is None:
                raise Refused(410)  # what GitHub says of a deleted issue
            comments = [{"user": {"login": "bob"}, "created_at": stamp(moment), "body": text}
                        for moment, text in row["comments"]]  # fmt: skip
            return Answer(body=paged(comments, request) if match.group(2) else self._issue(row))
        if match := re.fullmatch(r"/contents/(.+)", rest):
            content = self.tree(name, request.query["ref"]).get(match.group(1))
            if content is None:
                raise Refused(404)
            if len(content) > 1_000_000:
                return Answer(body={"encoding": "none", "content": "", "sha": blob(content)})
            return Answer(body={"encoding": "base64", "content": base64.b64encode(content).decode()})
        if match := re.fullmatch(r"/git/blobs/(\w+)", rest):
            for tree in self.commits[name]:
                for content in tree.values():
                    if blob(content) == match.group(1):
                        return Answer(body={"encoding": "base64", "content": base64.b64encode(content).decode()})
        raise Refused(404)

    def _issue(self, row: dict[str, Any]) -> dict[str, Any]:
        return {"id": row["id"], "number": row["number"], "title": row["title"], "body": row["text"],
                "updated_at": stamp(row["changed"]), "user": {"login": "ann"}, "labels": [{"name": "Bug"}],
                "comments": len(row["comments"])}  # fmt: skip
