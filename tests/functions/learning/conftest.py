"""RFCs to judge."""

import pytest


@pytest.fixture
def rfc(db):
    def make(owner, title="An RFC"):
        with db.transaction() as work:
            [row] = work.run(
                """INSERT INTO rfcs (organization_id, user_id, title, content, sections, sources_used, quality, model)
                   VALUES (CAST(:o AS uuid), CAST(:u AS uuid), :title, 'c', '[]', '[]', '{}', 'm') RETURNING rfc_id""",
                o=owner.organization_id, u=owner.user_id, title=title,
            )  # fmt: skip
        return str(row["rfc_id"])

    return make
