"""Confluence, Cloud and Server: pages and their attachments, over the REST API that both have."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from atlassian.rest_client import AtlassianRestAPI

from assistant.platform.outbound import GuardedSession
from assistant.search.sources.catalogue import Confluence
from assistant.search.sources.connectors.answers import (
    BEGINNING,
    PAGE,
    Raw,
    answering,
    instant,
    minutes_since,
    oldest_first,
    readable,
    status_of,
)
from assistant.search.sources.port import Connector, Cursor, Item, Page, SourceUnavailable, Unreadable

EXPAND = "body.storage,version,metadata.labels,space,container"


def connect(config: Confluence, secret: str) -> Connector:
    """Cloud signs in with e-mail and API token, Server with a personal access token."""
    root = config.base_url
    if config.deployment == "cloud" and not root.endswith("/wiki"):
        root += "/wiki"
    return ConfluenceConnector(config, root, api(root, config.deployment, config.email, secret))


def api(root: str, deployment: str, email: str, secret: str) -> AtlassianRestAPI:
    """The client, over a guarded session that does the waiting and trying again."""
    session = GuardedSession()
    if deployment == "cloud":
        return AtlassianRestAPI(root, username=email, password=secret, session=session, cloud=True)
    return AtlassianRestAPI(root, token=secret, session=session)


def read(client: AtlassianRestAPI, path: str, **params: str) -> dict[str, Any]:
    """The JSON object that a path answers; a retryable error when it answers anything else."""
    answer = client.get(path, params=params)
    if not isinstance(answer, dict):
        raise SourceUnavailable("The source answered something that is no JSON object. It is tried again.")
    return answer


class ConfluenceConnector:
    """See Connector. Ids are those of Confluence's contents, which pages and attachments share."""

    def __init__(self, config: Confluence, root: str, client: AtlassianRestAPI) -> None:
        self._config, self._root, self._client = config, root, client

    def test(self) -> None:
        with answering("Confluence"):
            for space in self._config.spaces:
                read(self._client, f"rest/api/space/{quote(space, safe='')}")

    def changes(self, cursor: Cursor) -> Iterator[Page]:
        since = instant(cursor.get("since"))
        with answering("Confluence"):
            for rows, again in oldest_first(self._changed, since, _moment):
                yield Page(tuple(map(self._item, rows)), {"since": again.isoformat()})

    def cursor_at(self, moment: datetime) -> Cursor:
        return {"since": moment.isoformat()}

    def present(self) -> Iterator[list[str]]:
        with answering("Confluence"):
            position: Any = None
            while True:
                rows, position = self._search(self._scope() + " order by created asc", "version", position)
                yield [str(row["id"]) for row in rows]
                if position is None:
                    return

    def is_gone(self, external_id: str) -> bool:
        try:
            found = read(self._client, f"rest/api/content/{quote(external_id, safe='')}", status="any", expand="space")
        except Exception as error:
            if status_of(error) in (404, 410):
                return True
            with answering("Confluence"):
                raise
        spaces = {space.casefold() for space in self._config.spaces}
        elsewhere = str(found.get("space", {}).get("key", "")).casefold() not in spaces
        unwanted = found.get("type") == "attachment" and not self._config.include_attachments
        return bool(found.get("status") != "current" or elsewhere or unwanted)

    def _scope(self) -> str:
        spaces = ", ".join(f'"{space}"' for space in self._config.spaces)
        kinds = "page, blogpost, attachment" if self._config.include_attachments else "page, blogpost"
        return f"space in ({spaces}) and type in ({kinds})"

    def _changed(self, since: datetime, position: Any) -> tuple[list[Raw], Any]:
        query = self._scope()
        if since > BEGINNING:
            query += f' and lastmodified >= now("-{minutes_since(since)}m")'
        return self._search(query + " order by lastmodified asc", EXPAND, position)

    def _search(self, query: str, expand: str, position: Any) -> tuple[list[Raw], Any]:
        """Server counts positions, Cloud hands out cursors; both write the next request into `_links.next`."""
        asked = {"cql": query, "expand": expand, "limit": str(PAGE), **(position or {})}
        answer = read(self._client, "rest/api/content/search", **asked)
        following = parse_qs(urlsplit(answer.get("_links", {}).get("next", "")).query)
        kept = {name: following[name][0] for name in ("cursor", "start") if name in following}
        return answer["results"], kept or None

    def _item(self, row: Raw) -> Item | Unreadable:
        links, identity = row.get("_links", {}), str(row["id"])
        labels = row.get("metadata", {}).get("labels", {}).get("results", [])
        about = {
            "external_id": identity,
            "title": row["title"],
            "url": self._root + links.get("webui", f"/pages/viewpage.action?pageId={identity}"),
            "changed_at": _moment(row),
            "author": row["version"].get("by", {}).get("displayName", ""),
            "tags": tuple(label["name"].lower() for label in labels),
        }
        if row["type"] != "attachment":
            body = row["body"]["storage"]["value"]
            return Item(filename=f"{identity}.html", content=body.encode(), **about)
        size = int(row.get("extensions", {}).get("fileSize", 0))
        if not readable(row["title"], size):
            return Unreadable(identity, f"{row['title']}: not a readable file of at most 5 MB")
        try:
            content = self._client.get(links["download"], not_json_response=True)
        except Exception as error:
            if status_of(error) in (404, 410):
                return Unreadable(identity, f"{row['title']}: deleted since it was listed")
            raise
        return Item(filename=row["title"], content=content, **about)


def _moment(row: Raw) -> datetime:
    return instant(row["version"]["when"])
