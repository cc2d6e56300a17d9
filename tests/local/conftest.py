"""One local cloud on the miniature project, shared by the tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.cloud import LocalCloud
from local.settings import ExternalModel, Settings

MINIATURE = Path(__file__).parent / "miniature"
NO_MODEL = Settings(model=ExternalModel("http://127.0.0.1:9/v1", "none", "none"), embeddings=False)


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud(MINIATURE, tmp_path_factory.mktemp("cloud"), settings=NO_MODEL) as started:
        yield started
