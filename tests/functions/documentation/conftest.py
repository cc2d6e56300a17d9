"""A bucket in memory, and code to hand in."""

import pytest

from assistant.platform import objects

CODE = '''"""Prices."""
import os


class Cart(dict):
    """What is bought."""

    def total(self, rate: float = 0.0) -> int:
        """The sum with a tax."""
        result = 0
        for price in self.values():
            if price < 0 or price > 10**9:
                raise ValueError("odd price")
            result += price
        return int(result * (1 + rate))


def run(command):
    os.system(command)
'''


@pytest.fixture
def code():
    return CODE


@pytest.fixture
def bucket(monkeypatch):
    kept = {}
    monkeypatch.setattr(objects, "put", lambda key, content, media_type: kept.__setitem__(key, content))
    monkeypatch.setattr(objects, "get", lambda key: kept[key])
    return kept


@pytest.fixture
def written(db):
    """A finished document of a person's."""

    def make(owner, content="# README: code\n\nText with <script>alert(1)</script>.\n", output_format="md"):
        with db.transaction() as work:
            [row] = work.run(
                """INSERT INTO code_documents (organization_id, user_id, title, documentation_type, output_format,
                                               content, facts, model)
                   VALUES (CAST(:organization AS uuid), CAST(:user AS uuid), 'README: code', 'readme', :format,
                           :content, '{}', 'm') RETURNING document_id""",
                organization=owner.organization_id, user=owner.user_id, format=output_format, content=content,
            )  # fmt: skip
        return str(row["document_id"])

    return make
