"""Makes one table; again and again without harm."""

import os

import pg8000.native


def handler(event, _context):
    """Serve a custom resource's Create."""
    assert event["RequestType"] == "Create"
    with pg8000.native.Connection(
        os.environ["DATABASE_USER"],
        host=os.environ["DATABASE_HOST"],
        port=int(os.environ["DATABASE_PORT"]),
        database=os.environ["DATABASE_NAME"],
    ) as database:
        database.run("create extension if not exists vector")
        database.run("create table if not exists notes (text text not null)")
        database.run("grant select, insert on notes to assistant")
