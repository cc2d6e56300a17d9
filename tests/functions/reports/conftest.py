"""A report that was made."""

import json
import uuid

import pytest


@pytest.fixture
def made(db):
    """Stores a report of a person; its id."""

    def make(person, title="Cost of models"):
        report_id = str(uuid.uuid4())
        key = f"reports/{person.organization_id}/{report_id}/cost.html"
        files = [{"name": "cost.html", "media_type": "text/html", "size_bytes": 10, "sha256": "ab", "key": key}]
        with db.transaction() as work:
            work.run(
                """INSERT INTO reports (report_id, organization_id, user_id, report_type, format, starts_on, ends_on,
                                        whole_organization, title, files, created_at)
                   VALUES (CAST(:id AS uuid), CAST(:o AS uuid), CAST(:u AS uuid), 'cost', 'html', '2026-01-01',
                           '2026-01-31', false, :title, CAST(:files AS jsonb), clock_timestamp())""",
                id=report_id,
                o=person.organization_id,
                u=person.user_id,
                title=title,
                files=json.dumps(files),
            )
        return report_id

    return make
