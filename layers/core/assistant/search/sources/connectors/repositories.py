"""What GitLab and GitHub have in common: repositories with issues, and files at a commit."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Protocol

from assistant.platform.outbound import AnswerTooLarge
from assistant.search.sources.connectors.answers import (
    LARGEST_FILE,
    PAGE,
    Raw,
    answering,
    instant,
    oldest_first,
    readable,
    status_of,
)
from assistant.search.sources.port import Cursor, Item, Page, Unreadable

File = tuple[str, str, int]  # path, hash of the content, size


class Repositories(Protocol):
    """One of the two, by its own requests. `repository` is as the configuration writes it."""

    name: str

    def check(self, repository: str) -> None: ...

    def issues(self, repository: str, since: datetime, page: int) -> tuple[list[Raw], Any]: ...

    def issue(self, repository: str, row: Raw) -> Item: ...

    def number(self, row: Raw) -> str: ...

    def has_issue(self, repository: str, number: str) -> bool: ...

    def head(self, repository: str) -> str: ...

    def files(self, repository: str, commit: str) -> list[File]: ...

    def changed_files(self, repository: str, old: str, new: str) -> set[str] | None: ...

    def content(self, repository: str, commit: str, path: str) -> bytes: ...

    def address(self, repository: str, path: str) -> str: ...


class RepositoriesConnector:
    """See Connector. The cursor holds for each repository how far its issues were read and at which commit its files.

    Within a run `repository`, `commit` and `after` say where it is, so that a resumed run skips what is kept.
    """

    def __init__(self, client: Repositories, names: list[str], *, issues: bool, files: bool) -> None:
        self._client, self._names, self._issues, self._files = client, names, issues, files
        self._listed: dict[str, tuple[str, set[str]]] = {}

    def test(self) -> None:
        with answering(self._client.name):
            for name in self._names:
                self._client.check(name)

    def changes(self, cursor: Cursor) -> Iterator[Page]:
        done: dict[str, Any] = {name: dict(cursor.get(name, {})) for name in self._names}
        with answering(self._client.name):
            for name in self._names:
                if self._issues:
                    yield from self._changed_issues(name, done)
                if self._files:
                    yield from self._changed_files(name, done)

    def _changed_issues(self, name: str, done: dict[str, Any]) -> Iterator[Page]:
        def fetch(since: datetime, position: Any) -> tuple[list[Raw], Any]:
            return self._client.issues(name, since, position or 1)

        since = instant(done[name].get("since"))
        for rows, again in oldest_first(fetch, since, lambda row: instant(row["updated_at"])):
            done[name]["since"] = again.isoformat()
            yield Page(tuple(filter(None, (self._issue(name, row) for row in rows))), _copy(done))

    def _issue(self, name: str, row: Raw) -> Item | None:
        try:
            return self._client.issue(name, row)
        except Exception as error:
            if status_of(error) in (404, 410):  # deleted since it was listed
                return None
            raise

    def _changed_files(self, name: str, done: dict[str, Any]) -> Iterator[Page]:
        state = done[name]
        commit = state.get("reading") or self._client.head(name)
        if commit == state.get("commit"):
            return
        try:
            there = self._readable(name, commit)
        except Exception as error:
            if status_of(error) != 404:
                raise
            # Somebody pushed by force: the commit is no more, and nothing can be compared with it.
            for key in ("reading", "after", "commit"):
                state.pop(key, None)
            commit, there = self._head(name)
        changed = self._client.changed_files(name, state["commit"], commit) if state.get("commit") else None
        paths = sorted(path for path in there if (changed is None or path in changed) and path > state.get("after", ""))
        for start in range(0, len(paths), PAGE):
            some = paths[start : start + PAGE]
            state |= {"reading": commit, "after": some[-1]}
            yield Page(tuple(self._file(name, commit, path) for path in some), _copy(done))
        for key in ("reading", "after"):
            state.pop(key, None)
        state["commit"] = commit
        yield Page((), _copy(done))

    def _readable(self, name: str, commit: str) -> set[str]:
        return {path for path, _, size in self._client.files(name, commit) if readable(path, size)}

    def _head(self, name: str) -> tuple[str, set[str]]:
        """The newest commit and its readable files; listed again only when there is a newer one."""
        for last in (False, False, True):
            commit = self._client.head(name)
            if self._listed.get(name, ("",))[0] == commit:
                break
            try:
                self._listed[name] = commit, self._readable(name, commit)
                break
            except Exception as error:
                if last or status_of(error) != 404:  # pushed away between the two requests
                    raise
        return self._listed[name]

    def _file(self, name: str, commit: str, path: str) -> Item | Unreadable:
        identity = f"file:{name}:{path}"
        try:
            content = self._client.content(name, commit, path)
        except AnswerTooLarge:
            return Unreadable(identity, f"{path}: larger than {LARGEST_FILE / 1e6:g} MB")
        except Exception as error:
            if status_of(error) == 404:
                return Unreadable(identity, f"{path}: not at this commit")
            raise
        if len(content) > LARGEST_FILE:
            return Unreadable(identity, f"{path}: larger than {LARGEST_FILE / 1e6:g} MB")
        # A commit's time is the file's only by a request for each file; the hash of the content tells what changed.
        return Item(identity, path, path.rpartition("/")[2], content, self._client.address(name, path), instant(None))

    def cursor_at(self, moment: datetime) -> Cursor:
        return {name: {"since": moment.isoformat()} for name in self._names}

    def present(self) -> Iterator[list[str]]:
        with answering(self._client.name):
            for name in self._names:
                page: Any = 1 if self._issues else None
                while page is not None:
                    rows, page = self._client.issues(name, instant(None), page)
                    yield [f"issue:{name}:{self._client.number(row)}" for row in rows]
                if self._files:
                    yield [f"file:{name}:{path}" for path in self._head(name)[1]]

    def is_gone(self, external_id: str) -> bool:
        kind, _, rest = external_id.partition(":")
        name, _, what = rest.partition(":")
        if name not in self._names or not (self._issues if kind == "issue" else self._files):
            return True
        with answering(self._client.name):
            if kind == "issue":
                return not self._client.has_issue(name, what)
            return what not in self._head(name)[1]


def _copy(done: dict[str, Any]) -> Cursor:
    return {name: dict(state) for name, state in done.items()}
