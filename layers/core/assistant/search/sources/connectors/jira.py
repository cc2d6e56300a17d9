"""Jira, Cloud and Server: issues with their comments, and what is attached to them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from atlassian.rest_client import AtlassianRestAPI

from assistant.search.html import to_markdown
from assistant.search.sources.catalogue import Jira
from assistant.search.sources.connectors.answers import (
    BEGINNING,
    OVERLAP,
    PAGE,
    Raw,
    answering,
    instant,
    minutes_since,
    oldest_first,
    readable,
    status_of,
    written_down,
)
from assistant.search.sources.connectors.confluence import api, read
from assistant.search.sources.port import Connector, Cursor, Item, Page, Unreadable

FIELDS = "summary,description,comment,updated,labels,reporter,status,issuetype,attachment"
SLACK = 10  # entries that are read twice where positions are counted, for what moves between two requests


def connect(config: Jira, secret: str) -> Connector:
    return JiraConnector(config, api(config.base_url, config.deployment, config.email, secret))


class JiraConnector:
    """See Connector. An issue's id stays when it moves to another project; its key does not.

    What is attached to an issue is a document of its own, whose id names the issue, since Jira tells of an attachment
    neither where it belongs nor, in a list of its own, that it is gone.
    """

    def __init__(self, config: Jira, client: AtlassianRestAPI) -> None:
        self._config, self._client = config, client

    def test(self) -> None:
        with answering("Jira"):
            for project in self._config.projects:
                read(self._client, f"rest/api/2/project/{quote(project, safe='')}")

    def changes(self, cursor: Cursor) -> Iterator[Page]:
        with answering("Jira"):
            reached = instant(cursor.get("since"))
            for rows, again in oldest_first(self._changed, reached, _moment):
                issues = tuple(map(self._item, rows))
                attached = [(row, ones) for row in rows if (ones := self._attached(row))]
                # The issues are kept before the cursor passes them, then one issue's files at a time, which are large.
                yield Page(issues, cursor if attached else {"since": again.isoformat()})
                for row, ones in attached:
                    reached = max(reached, _moment(row) - OVERLAP)
                    yield Page(tuple(self._attachment(row, one) for one in ones), {"since": reached.isoformat()})
                if attached:
                    yield Page((), {"since": again.isoformat()})
                reached, cursor = again, {"since": again.isoformat()}

    def cursor_at(self, moment: datetime) -> Cursor:
        return {"since": moment.isoformat()}

    def present(self) -> Iterator[list[str]]:
        with answering("Jira"):
            position: Any = None
            while True:
                rows, position = self._search(self._scope() + " order by created asc", "attachment", position)
                yield [str(row["id"]) for row in rows] + [_id(row, one) for row in rows for one in self._attached(row)]
                if position is None:
                    return

    def is_gone(self, external_id: str) -> bool:
        issue = external_id.partition("/")[0]
        try:
            found = read(self._client, f"rest/api/2/issue/{quote(issue, safe='')}", fields="project,attachment")
        except Exception as error:
            if status_of(error) in (404, 410):
                return True
            with answering("Jira"):
                raise
        projects = {project.casefold() for project in self._config.projects}
        there = [issue, *(_id(found, one) for one in self._attached(found))]
        return str(found["fields"]["project"]["key"]).casefold() not in projects or external_id not in there

    def _scope(self) -> str:
        return "project in ({})".format(", ".join(f'"{project}"' for project in self._config.projects))

    def _changed(self, since: datetime, position: Any) -> tuple[list[Raw], Any]:
        query = self._scope()
        if since > BEGINNING:
            query += f' and updated >= "-{minutes_since(since)}m"'
        return self._search(query + " order by updated asc", FIELDS, position)

    def _search(self, query: str, fields: str, position: Any) -> tuple[list[Raw], Any]:
        asked = {"jql": query, "fields": fields, "expand": "renderedFields", "maxResults": str(PAGE)}
        if self._config.deployment == "cloud":  # which no longer has the search that counts
            more = {"nextPageToken": position} if position else {}
            answer = read(self._client, "rest/api/3/search/jql", **asked, **more)
            return answer["issues"], answer.get("nextPageToken")
        start = int(position or 0)
        answer = read(self._client, "rest/api/2/search", **asked, startAt=str(start))
        rows, end = answer["issues"], start + len(answer["issues"])
        again = min(SLACK, len(rows) // 2)  # a server may give fewer than were asked for
        return rows, max(start + 1, end - again) if rows and end < int(answer["total"]) else None

    def _item(self, row: Raw) -> Item:
        fields, rendered = row["fields"], row.get("renderedFields") or {}
        title = f"{row['key']}: {fields['summary']}"
        comments = (rendered.get("comment") or {}).get("comments", [])
        written = (
            ((comment.get("author") or {}).get("displayName", ""), when["created"], to_markdown(comment["body"] or ""))
            for comment, when in zip(comments, (fields.get("comment") or {}).get("comments", []), strict=False)
        )
        return Item(
            external_id=str(row["id"]),
            title=title,
            filename=f"{row['key']}.md",
            content=written_down(title, to_markdown(rendered.get("description") or ""), written),
            url=f"{self._config.base_url}/browse/{row['key']}",
            changed_at=_moment(row),
            author=(fields.get("reporter") or {}).get("displayName", ""),
            tags=tuple(label.lower() for label in fields.get("labels", [])),
        )

    def _attached(self, row: Raw) -> list[Raw]:
        return list(row["fields"].get("attachment") or []) if self._config.include_attachments else []

    def _attachment(self, row: Raw, one: Raw) -> Item | Unreadable:
        identity, name = _id(row, one), str(one["filename"])
        if not readable(name, int(one.get("size", 0))):
            return Unreadable(identity, f"{row['key']}, {name}: not a readable file of at most 5 MB")
        # On the host that was configured, whatever host the answer names: the secret goes nowhere else.
        address = urljoin(self._config.base_url, urlsplit(one["content"]).path)
        try:
            content = self._client.get(address, not_json_response=True, absolute=True)
        except Exception as error:
            if status_of(error) in (404, 410):
                return Unreadable(identity, f"{row['key']}, {name}: deleted since it was listed")
            raise
        return Item(
            external_id=identity,
            title=f"{row['key']}: {name}",
            filename=name,
            content=content,
            url=f"{self._config.base_url}/browse/{row['key']}",
            changed_at=instant(one.get("created")),
            author=(one.get("author") or {}).get("displayName", ""),
            tags=tuple(label.lower() for label in row["fields"].get("labels", [])),
        )


def _id(row: Raw, attachment: Raw) -> str:
    return f"{row['id']}/{attachment['id']}"


def _moment(row: Raw) -> datetime:
    return instant(row["fields"]["updated"])
