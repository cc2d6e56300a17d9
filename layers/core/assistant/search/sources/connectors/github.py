"""GitHub, github.com and Enterprise Server."""

import base64
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from github import Auth, Github, GithubException
from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass, Requester

from assistant.platform.outbound import GuardedSession
from assistant.search.sources.catalogue import GitHub
from assistant.search.sources.connectors.answers import BEGINNING, PAGE, Raw, instant, status_of, written_down
from assistant.search.sources.connectors.repositories import File, RepositoriesConnector
from assistant.search.sources.port import Connector, Item, SourceRefused

MOST_COMPARED = 300  # files that a comparison lists; the rest is cut off without a word


class _Plain(HTTPRequestsConnectionClass):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session = GuardedSession()


class _Tls(HTTPSRequestsConnectionClass):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session = GuardedSession()


def connect(config: GitHub, secret: str) -> Connector:
    Requester.injectConnectionClasses(_Plain, _Tls)
    # The session waits and tries again, so the client need not; it would sleep through a spent limit of an hour.
    client = Github(
        base_url=config.base_url, auth=Auth.Token(secret), retry=None, seconds_between_requests=None, lazy=True
    )
    return RepositoriesConnector(
        GitHubRepositories(client, config.base_url), config.repositories, issues=config.include_issues,
        files=config.include_files,
    )  # fmt: skip


class GitHubRepositories:
    """See Repositories."""

    name = "GitHub"

    def __init__(self, client: Github, base_url: str) -> None:
        self._client = client
        parts = urlsplit(base_url)
        self._pages = "https://github.com" if parts.hostname == "api.github.com" else f"{parts.scheme}://{parts.netloc}"

    def check(self, repository: str) -> None:
        self._get(_of(repository))["full_name"]  # the client takes a redirect to a sign-in page for an answer

    def issues(self, repository: str, since: datetime, page: int) -> tuple[list[Raw], Any]:
        asked: dict[str, Any] = {"state": "all", "sort": "updated", "direction": "asc", "per_page": PAGE, "page": page}
        if since > BEGINNING:
            asked["since"] = since.strftime("%Y-%m-%dT%H:%M:%SZ")
        rows = self._get(f"{_of(repository)}/issues", **asked)
        return rows, page + 1 if len(rows) == PAGE else None

    def issue(self, repository: str, row: Raw) -> Item:
        title = f"{row['title']} (#{row['number']})"
        comments, page = list[Raw](), 1 if row.get("comments", 0) else 0
        while page:
            path = f"{_of(repository)}/issues/{row['number']}/comments"
            some = self._get(path, per_page=100, page=page)
            comments += some
            page = page + 1 if len(some) == 100 else 0
        written = ((_login(comment), comment["created_at"], comment["body"] or "") for comment in comments)
        return Item(
            external_id=f"issue:{repository}:{row['number']}",
            title=title,
            filename=f"issue-{row['number']}.md",
            content=written_down(title, row.get("body") or "", written),
            url=f"{self._pages}/{repository}/issues/{row['number']}",
            changed_at=instant(row["updated_at"]),
            author=_login(row),
            tags=tuple(label["name"].lower() for label in row.get("labels", [])),
        )

    def number(self, row: Raw) -> str:
        return str(row["number"])

    def has_issue(self, repository: str, number: str) -> bool:
        try:
            self._get(f"{_of(repository)}/issues/{quote(number, safe='')}")
        except GithubException as error:
            if status_of(error) in (404, 410):
                return False
            raise
        return True

    def head(self, repository: str) -> str:
        return str(self._get(f"{_of(repository)}/commits/HEAD")["sha"])

    def files(self, repository: str, commit: str) -> list[File]:
        answer = self._get(f"{_of(repository)}/git/trees/{commit}", recursive="1")
        if answer.get("truncated"):
            raise SourceRefused(f"{repository} has more files than GitHub lists. Set include_files to false for it.")
        return [(row["path"], row["sha"], int(row.get("size", 0))) for row in answer["tree"] if row["type"] == "blob"]

    def changed_files(self, repository: str, old: str, new: str) -> set[str] | None:
        try:
            answer = self._get(f"{_of(repository)}/compare/{old}...{new}")
        except GithubException as error:
            if status_of(error) == 404:  # the history was rewritten
                return None
            raise
        files = answer.get("files", [])
        return None if len(files) >= MOST_COMPARED else {file["filename"] for file in files}

    def content(self, repository: str, commit: str, path: str) -> bytes:
        answer = self._get(f"{_of(repository)}/contents/{quote(path)}", ref=commit)
        if answer.get("encoding") == "base64":
            return base64.b64decode(answer["content"])
        blob = self._get(f"{_of(repository)}/git/blobs/{answer['sha']}")  # above 1 MB the contents are left out
        return base64.b64decode(blob["content"])

    def address(self, repository: str, path: str) -> str:
        return f"{self._pages}/{repository}/blob/HEAD/{quote(path)}"

    def _get(self, path: str, **query: Any) -> Any:
        _, answer = self._client.requester.requestJsonAndCheck("GET", path, parameters=query)
        return answer


def _of(repository: str) -> str:
    return f"/repos/{quote(repository)}"


def _login(row: Raw) -> str:
    return str((row.get("user") or {}).get("login", ""))
