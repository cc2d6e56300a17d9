"""The local cloud as a test drives it: parts killed and started, code changed under it, two side by side."""

import shutil
import time
import urllib.request
from pathlib import Path

import pytest
import redis

from local.cloud import LocalCloud
from local.first_steps import invoke
from tests.local.conftest import NO_MODEL

MINIATURE = Path(__file__).parent / "miniature"


class TestControl:
    def test_the_cache_can_be_killed_and_started_by_a_test(self, cloud: LocalCloud):
        cloud.kill("valkey")
        with pytest.raises(redis.ConnectionError):
            redis.Redis(port=cloud.addresses.cache_port).ping()
        assert cloud.failure is None
        cloud.start_part("valkey")
        assert redis.Redis(port=cloud.addresses.cache_port).ping()

    def test_the_cache_forbids_what_elasticache_serverless_forbids(self, cloud: LocalCloud):
        cache = redis.Redis(port=cloud.addresses.cache_port)
        for command in (["KEYS", "*"], ["CONFIG", "GET", "*"], ["CLIENT", "TRACKING", "ON"], ["FCALL", "f", 0]):
            with pytest.raises(redis.exceptions.NoPermissionError):
                cache.execute_command(*command)
        with pytest.raises(redis.exceptions.ResponseError, match="same slot"):
            cache.execute_command("MGET", "a", "b")

    def test_changed_code_is_picked_up_without_a_restart(self, tmp_path: Path):
        root = tmp_path / "project"
        shutil.copytree(MINIATURE, root)
        with LocalCloud(root, tmp_path / "state", settings=NO_MODEL) as cloud:
            assert invoke(cloud.addresses, "EchoFunction", {})["answer"] == 42
            layer = root / "layers/core/miniature/__init__.py"
            layer.write_text("ANSWER = 43\n")
            deadline = time.monotonic() + 5
            while invoke(cloud.addresses, "EchoFunction", {})["answer"] != 43:
                assert time.monotonic() < deadline
                time.sleep(0.1)

    def test_two_clouds_run_side_by_side(self, cloud: LocalCloud, tmp_path: Path):
        with LocalCloud(MINIATURE, tmp_path / "other", settings=NO_MODEL) as other:
            for one in (cloud, other):
                with urllib.request.urlopen(one.addresses.api_url + "/open", timeout=10) as answer:  # noqa: S310
                    assert answer.status == 200
