"""The owner's way into the test's database."""

import pytest


@pytest.fixture
def owner_environment(postgres, database_name, monkeypatch):
    for variable, value in (
        ("DATABASE_DIRECT_HOST", postgres.host), ("DATABASE_PORT", str(postgres.port)),
        ("DATABASE_NAME", database_name), ("DATABASE_USER", "app"), ("DATABASE_AUTHENTICATION", "trust"),
        ("DATABASE_TLS", "off"),
    ):  # fmt: skip
        monkeypatch.setenv(variable, value)
