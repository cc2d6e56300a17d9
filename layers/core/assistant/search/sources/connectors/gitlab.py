"""GitLab, gitlab.com and self-managed."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from gitlab import Gitlab
from gitlab.exceptions import GitlabError
from requests import Response

from assistant.platform.outbound import GuardedSession
from assistant.search.sources.catalogue import GitLab
from assistant.search.sources.connectors.answers import BEGINNING, PAGE, Raw, instant, status_of, written_down
from assistant.search.sources.connectors.repositories import File, RepositoriesConnector
from assistant.search.sources.port import Connector, Item


def connect(config: GitLab, secret: str) -> Connector:
    # The session waits and tries again, so the client need not.
    client = Gitlab(config.base_url, private_token=secret, session=GuardedSession(), keep_base_url=True)
    return RepositoriesConnector(
        GitLabProjects(client, config.base_url), config.projects, issues=config.include_issues,
        files=config.include_files,
    )  # fmt: skip


class GitLabProjects:
    """See Repositories."""

    name = "GitLab"

    def __init__(self, client: Gitlab, base_url: str) -> None:
        self._client, self._base_url = client, base_url

    def check(self, repository: str) -> None:
        self._get(_of(repository))

    def issues(self, repository: str, since: datetime, page: int) -> tuple[list[Raw], Any]:
        asked: dict[str, Any] = {
            "scope": "all", "state": "all", "order_by": "updated_at", "sort": "asc", "per_page": PAGE, "page": page,
        }  # fmt: skip
        if since > BEGINNING:
            asked["updated_after"] = since.isoformat()
        rows = self._get(f"{_of(repository)}/issues", **asked)
        return rows, page + 1 if len(rows) == PAGE else None

    def issue(self, repository: str, row: Raw) -> Item:
        title = f"{row['title']} (#{row['iid']})"
        notes, page = list[Raw](), 1
        while page:
            path = f"{_of(repository)}/issues/{row['iid']}/notes"
            some = self._get(path, sort="asc", order_by="created_at", per_page=100, page=page)
            notes += [note for note in some if not note.get("system")]
            page = page + 1 if len(some) == 100 else 0
        written = ((note["author"]["name"], note["created_at"], note["body"]) for note in notes)
        return Item(
            external_id=f"issue:{repository}:{row['iid']}",
            title=title,
            filename=f"issue-{row['iid']}.md",
            content=written_down(title, row.get("description") or "", written),
            url=f"{self._base_url}/{repository}/-/issues/{row['iid']}",
            changed_at=instant(row["updated_at"]),
            author=row["author"]["name"],
            tags=tuple(str(label).lower() for label in row.get("labels", [])),
        )

    def number(self, row: Raw) -> str:
        return str(row["iid"])

    def has_issue(self, repository: str, number: str) -> bool:
        return self._is_there(f"{_of(repository)}/issues/{quote(number, safe='')}")

    def head(self, repository: str) -> str:
        return str(self._get(f"{_of(repository)}/repository/commits/HEAD")["id"])

    def files(self, repository: str, commit: str) -> list[File]:
        found, page = list[File](), 1
        while page:
            path = f"{_of(repository)}/repository/tree"
            rows = self._get(path, ref=commit, recursive=True, per_page=100, page=page)
            # GitLab tells no sizes here; what is too large is refused when it is fetched.
            found += [(row["path"], row["id"], 1) for row in rows if row["type"] == "blob"]
            page = page + 1 if len(rows) == 100 else 0
        return found

    def changed_files(self, repository: str, old: str, new: str) -> set[str] | None:
        try:
            answer = self._get(f"{_of(repository)}/repository/compare", **{"from": old, "to": new})
        except GitlabError as error:
            if status_of(error) == 404:  # the history was rewritten
                return None
            raise
        if answer.get("compare_timeout"):
            return None
        return {difference["new_path"] for difference in answer["diffs"]}

    def content(self, repository: str, commit: str, path: str) -> bytes:
        answer = self._client.http_get(
            f"{_of(repository)}/repository/files/{quote(path, safe='')}/raw", query_data={"ref": commit}, raw=True
        )
        return bytes(answer.content) if isinstance(answer, Response) else b""

    def address(self, repository: str, path: str) -> str:
        return f"{self._base_url}/{repository}/-/blob/HEAD/{quote(path)}"

    def _get(self, path: str, **query: Any) -> Any:
        return self._client.http_get(path, query_data=query)

    def _is_there(self, path: str) -> bool:
        try:
            self._get(path)
        except GitlabError as error:
            if status_of(error) in (404, 410):
                return False
            raise
        return True


def _of(repository: str) -> str:
    return f"/projects/{quote(repository, safe='')}"
