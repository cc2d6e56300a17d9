"""The custom resource of a deployment: schema, organisation, administrator."""

import hashlib
import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.resources import files
from pathlib import Path

import pytest

from assistant.identity import passwords
from assistant.platform.db.migrate import MigrationChanged
from functions.schedules import migrate_database
from functions.schedules.migrate_database import handler

EVENT = json.loads((Path(__file__).parents[3] / "events/custom_resource.json").read_text())
SCRIPTS = sorted(path.name for path in files("assistant.platform.db").joinpath("migrations").iterdir())


@pytest.fixture
def empty(postgres, monkeypatch):
    """A connection to an empty database, to which the function's environment points."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    administrator = postgres.connect("postgres")
    administrator.execute_simple("SELECT pg_advisory_lock(1)")  # roles belong to the server: one session at a time
    administrator.execute_simple(f"CREATE DATABASE {name}")
    for variable, value in (
        ("DATABASE_DIRECT_HOST", postgres.host), ("DATABASE_PORT", str(postgres.port)), ("DATABASE_NAME", name),
        ("DATABASE_USER", "app"), ("DATABASE_AUTHENTICATION", "trust"), ("DATABASE_TLS", "off"),
    ):  # fmt: skip
        monkeypatch.setenv(variable, value)
    connection = postgres.connect(name)
    yield connection
    connection.close()
    administrator.execute_simple(f"DROP DATABASE {name} WITH (FORCE)")
    administrator.close()


@pytest.fixture
def cloudformation():
    """A server at the ResponseURL; what it was told."""
    told = []

    class Receiver(BaseHTTPRequestHandler):
        def do_PUT(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            told.append((self.headers["content-type"], json.loads(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/answer", told
        server.shutdown()
        thread.join()


def by_hand(**properties):
    return {"RequestType": "Create", "ResourceProperties": properties}


def test_applies_every_file_once_in_order(empty, context):
    assert handler(by_hand(), context) == {"applied": ",".join(SCRIPTS)}
    assert handler(by_hand(), context) == {"applied": ""}
    journal = empty.execute("SELECT name FROM schema_migrations ORDER BY applied_at, name", {})
    assert [row["name"] for row in journal] == SCRIPTS


def test_a_changed_file_is_refused_and_nothing_is_done(empty, context):
    handler(by_hand(), context)
    empty.execute("UPDATE schema_migrations SET checksum = :other WHERE name = :name",
                  {"other": hashlib.sha256(b"other").hexdigest(), "name": SCRIPTS[0]})  # fmt: skip
    empty.execute("DELETE FROM schema_migrations WHERE name = :name", {"name": SCRIPTS[-1]})
    with pytest.raises(MigrationChanged, match=SCRIPTS[0]):
        handler(by_hand(), context)
    [row] = empty.execute("SELECT count(*) AS n FROM schema_migrations WHERE name = :name", {"name": SCRIPTS[-1]})
    assert row["n"] == 0


def test_a_file_that_fails_leaves_nothing_behind(empty, context):
    handler(by_hand(), context)
    empty.execute("DELETE FROM schema_migrations WHERE name = :name", {"name": SCRIPTS[-1]})
    with pytest.raises(Exception, match="already exists"):  # its tables are there: applying it again fails
        handler(by_hand(), context)
    [row] = empty.execute("SELECT count(*) AS n FROM schema_migrations", {})
    assert row["n"] == len(SCRIPTS) - 1


def test_cloudformation_is_told_of_success(empty, context, cloudformation):
    url, told = cloudformation
    handler({**EVENT, "ResponseURL": url}, context)
    [(content_type, answer)] = told
    assert content_type == ""  # the signature of the address says so
    assert answer == {
        "Status": "SUCCESS",
        "PhysicalResourceId": "database",
        **{key: EVENT[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
        "Data": {"applied": ",".join(SCRIPTS)},
    }


def test_cloudformation_is_told_of_failure(empty, context, cloudformation, monkeypatch):
    url, told = cloudformation
    monkeypatch.setenv("DATABASE_NAME", "no_such_database")
    handler({**EVENT, "ResponseURL": url}, context)
    [(_, answer)] = told
    assert answer["Status"] == "FAILED"
    assert answer["Reason"]
    assert answer.keys() >= {"PhysicalResourceId", "StackId", "RequestId", "LogicalResourceId"}


def test_a_deleted_stack_keeps_its_data(empty, context, cloudformation):
    url, told = cloudformation
    handler(by_hand(), context)
    handler({**EVENT, "RequestType": "Delete", "PhysicalResourceId": "database-of-old", "ResponseURL": url}, context)
    assert (told[0][1]["Status"], told[0][1]["PhysicalResourceId"]) == ("SUCCESS", "database-of-old")
    assert empty.execute("SELECT count(*) AS n FROM users", {}) == [{"n": 0}]


PROPERTIES = {
    "OrganizationName": "О'Нил & Co", "TimeZone": "Europe/Moscow", "RegistrationDomains": " One.example, two.example ,",
    "MonthlyBudget": "12.5", "AdminEmail": "boss@one.example", "AdminPasswordSecret": "the-secret",
}  # fmt: skip


def test_the_organisation_and_its_administrator_are_made_once(empty, context, monkeypatch):
    monkeypatch.setattr(migrate_database, "value_of", lambda secret: f"Password of {secret} 1")
    handler(by_hand(**PROPERTIES), context)
    handler(by_hand(**{**PROPERTIES, "RegistrationDomains": "three.example", "MonthlyBudget": "99"}), context)
    [organization] = empty.execute("SELECT name, time_zone, email_domains FROM organizations", {})
    assert (organization["name"], organization["time_zone"]) == ("О'Нил & Co", "Europe/Moscow")
    assert organization["email_domains"] == ["three.example"]
    [admin] = empty.execute("SELECT email, role, scopes, password_hash FROM users", {})
    assert (admin["email"], admin["role"]) == ("boss@one.example", "admin")
    assert "admin" in admin["scopes"]
    assert passwords.matches(admin["password_hash"], "Password of the-secret 1")
    limits = empty.execute("SELECT level, limit_microdollars FROM budgets ORDER BY level", {})
    assert [tuple(row.values()) for row in limits] == [("organization", 12_500_000), ("user", 1_000_000_000)]


def test_domains_are_read_from_a_list(empty, context, monkeypatch):
    monkeypatch.setattr(migrate_database, "value_of", lambda secret: "Password-1")
    handler(by_hand(**PROPERTIES), context)
    [organization] = empty.execute("SELECT email_domains FROM organizations", {})
    assert organization["email_domains"] == ["one.example", "two.example"]
