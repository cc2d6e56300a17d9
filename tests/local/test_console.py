"""The web console's server: what it serves, with which headers, and what it says while there is nothing to serve."""

import gzip
import http.server
import json
import os
import re
import shutil
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from samtranslator.yaml_helper import yaml_parse

from local.console_build import NotBuilt, build
from local.parts.console import State, security_headers, site
from local.settings import Settings

ROOT = Path(__file__).parents[2]
API, SOCKET = "http://127.0.0.1:8080", "ws://127.0.0.1:8080/live"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>console</title>")
    (tmp_path / "assets" / "index-abc.js").write_text("export {};\n" * 100)
    (tmp_path / ".built").write_text("fingerprint")
    return tmp_path.resolve()


@pytest.fixture
def serve(tmp_path):
    servers = []

    def start(state):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), site(API, SOCKET, state, tmp_path / "perf"))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return server.server_address[1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def get(serve, folder):
    state = State()
    state.folder = folder
    port = serve(state)

    def ask(path, **headers):
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
        try:
            return urllib.request.urlopen(request, timeout=5)  # noqa: S310 - our own server
        except urllib.error.HTTPError as error:
            return error

    return ask


def test_every_page_is_the_console(get):
    for path in ("/", "/tasks", "/documents/4006b460-c21a-4a9a-86f7-2e8435b5265f"):
        answer = get(path)
        assert (answer.status, answer.read()) == (200, b"<!doctype html><title>console</title>")
        assert answer.headers["cache-control"] == "no-cache"


def test_the_newest_load_test_and_comparison_are_there(get, folder):
    assert json.loads(get("/perf.json").read()) == {"run": None, "comparison": None}
    (folder / "perf").mkdir()
    stage = {"name": "steady", "users": 20, "all": {"p95_ms": 41}, "series": [1] * 1000}
    run = {"commit": "abc", "at": "2026-01-01", "stages": [stage], "score": {"grade": "A"}, "breaks": ""}
    for number, (name, report) in enumerate(
        [("old", {**run, "commit": "old"}), ("abc", run), ("a-b", {"a": "a", "b": "b", "comparisons": []})]
    ):
        file = folder / "perf" / f"{name}.json"
        file.write_text(json.dumps(report))
        os.utime(file, (number, number))
    (folder / "perf" / "half.json").write_text('{"stages"')
    found = json.loads(get("/perf.json").read())
    assert (found["run"]["commit"], found["run"]["stages"][0]["all"]) == ("abc", {"p95_ms": 41})
    assert "series" not in found["run"]["stages"][0]
    assert (found["comparison"]["a"], found["comparison"]["b"]) == ("a", "b")


def test_built_files_are_kept_for_ever_and_compressed(get):
    answer = get("/assets/index-abc.js", **{"accept-encoding": "gzip"})
    assert answer.headers["cache-control"].endswith("immutable")
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.read()).startswith(b"export {};")


@pytest.mark.parametrize(
    "path", ["/assets/none.js", "/.built", "/../console.txt", "/%2e%2e/secret.txt", "/assets/../.built"]
)
def test_what_is_not_of_the_build_is_not_served(get, path, folder):
    (folder.parent / "secret.txt").write_text("secret")
    assert get(path).status == 404


def test_browsers_are_told_where_the_api_is(get):
    assert json.load(get("/config.json")) == {"api_url": API, "websocket_url": SOCKET}


def test_every_answer_carries_the_security_headers(get):
    for path in ("/", "/config.json", "/assets/none.js"):
        headers = get(path).headers
        assert {name: headers[name] for name in security_headers()} == security_headers(API, "ws://127.0.0.1:8080")
    policy = get("/").headers["content-security-policy"]
    assert "unsafe" not in policy
    assert f"connect-src 'self' {API} ws://127.0.0.1:8080;" in policy


def test_localhost_is_sent_to_the_address_of_the_cookie(get):
    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_arguments):
            return None

    port = get("/").url.split(":")[2].strip("/")
    request = urllib.request.Request(f"http://127.0.0.1:{port}/tasks?a=1", headers={"host": f"localhost:{port}"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.build_opener(NoRedirect).open(request, timeout=5)
    assert (refused.value.status, refused.value.headers["location"]) == (307, f"http://127.0.0.1:{port}/tasks?a=1")


def test_until_it_is_built_it_says_so(serve):
    state = State()
    state.said = "is being built … 5 s <"
    port = serve(state)
    with pytest.raises(urllib.error.HTTPError) as waiting:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/tasks", timeout=5)
    assert waiting.value.status == 503
    assert "is being built … 5 s &lt;" in waiting.value.read().decode()


def test_without_node_it_says_how_to_get_it(tmp_path, monkeypatch):
    frontend = tmp_path / "frontend"
    ignored = shutil.ignore_patterns("node_modules", "dist", "test-results")
    shutil.copytree(ROOT / "frontend", frontend, ignore=ignored)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(NotBuilt, match=r"needs Node\.js 20\.19"):
        build(frontend, lambda _line: None)


def test_aws_sends_the_same_policy():
    resources = yaml_parse((ROOT / "template.yaml").read_text())["Resources"]
    settings = resources["ConsoleHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
    headers = settings["SecurityHeadersConfig"]
    [(_, policy)] = headers["ContentSecurityPolicy"]["ContentSecurityPolicy"].items()
    ours = security_headers("wss://${WebSocketApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}")
    assert re.sub(r"\s+", " ", policy) == ours["content-security-policy"]
    assert headers["FrameOptions"]["FrameOption"] == ours["x-frame-options"]
    assert headers["ReferrerPolicy"]["ReferrerPolicy"] == ours["referrer-policy"]
    others = {item["Header"]: item["Value"] for item in settings["CustomHeadersConfig"]["Items"]}
    assert others == {name: ours[name] for name in ("cross-origin-opener-policy", "permissions-policy")}


def test_the_console_can_be_left_out():
    assert Settings.read({}).console_port == 8081
    assert Settings.read({"CONSOLE_PORT": "9000"}).console_port == 9000
    assert Settings.read({"CONSOLE": "off"}).console_port is None
