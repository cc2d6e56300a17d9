"""The HTTP and the WebSocket API of a deployed template, as clients see them."""

import json
import urllib.error
import urllib.request

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from local.cloud import LocalCloud


def call(cloud: LocalCloud, path: str, **request: object) -> tuple[int, dict]:
    asked = urllib.request.Request(cloud.addresses.api_url + path, **request)  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:  # noqa: S310
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"{}")


class TestHttpApi:
    def test_a_protected_route_refuses_a_caller_without_a_token(self, cloud):
        assert call(cloud, "/closed/7") == (401, {"message": "Unauthorized"})

    def test_a_protected_route_refuses_a_wrong_token(self, cloud):
        assert call(cloud, "/closed/7", headers={"Authorization": "Bearer bad"})[0] == 403

    def test_a_protected_route_gets_the_authorizers_context_and_the_path(self, cloud):
        status, body = call(cloud, "/closed/7", headers={"Authorization": "Bearer good"})
        event = body["event"]
        assert status == 200
        assert event["requestContext"]["authorizer"]["lambda"] == {"user": "ann"}
        assert event["pathParameters"] == {"id": "7"}
        assert event["rawPath"] == "/closed/7"
        assert event["requestContext"]["stage"] == "$default"

    def test_an_open_route_needs_no_token(self, cloud):
        assert call(cloud, "/open")[0] == 200

    @pytest.mark.parametrize(
        ("method", "path"), [("GET", "/health"), ("GET", "/.well-known/jwks.json"), ("POST", "/login")]
    )
    def test_paths_that_the_emulator_knows_too_belong_to_the_application(self, cloud, method, path):
        status, body = call(cloud, path + "?a=1&a=2", method=method)
        assert status == 200
        assert (body["event"]["rawPath"], body["event"]["rawQueryString"]) == (path, "a=1&a=2")

    def test_escapes_in_a_path_arrive_decoded_once(self, cloud):
        status, body = call(cloud, "/closed/%D0%B9%20b", headers={"Authorization": "Bearer good"})
        assert status == 200
        assert body["event"]["pathParameters"] == {"id": "й b"}

    def test_an_unknown_route_is_not_found(self, cloud):
        assert call(cloud, "/nowhere") == (404, {"message": "Not Found"})

    def test_a_body_over_ten_megabytes_is_refused_at_the_gateway(self, cloud):
        assert call(cloud, "/open", data=b"x" * (10 * 1024 * 1024 + 1)) == (
            413,
            {"message": "Request Entity Too Large"},
        )

    def test_an_event_over_six_megabytes_is_refused(self, cloud):
        assert call(cloud, "/open", data=b"x" * (6 * 1024 * 1024))[0] == 413

    def test_cors_answers_the_origin_of_the_template(self, cloud):
        headers = {"Origin": "http://localhost:5173", "Access-Control-Request-Method": "GET"}
        asked = urllib.request.Request(cloud.addresses.api_url + "/open", method="OPTIONS", headers=headers)  # noqa: S310
        with urllib.request.urlopen(asked, timeout=5) as answer:  # noqa: S310
            assert answer.headers["access-control-allow-origin"] == "http://localhost:5173"


class TestWebSocketApi:
    def test_a_connection_without_a_token_is_refused(self, cloud):
        with pytest.raises(InvalidStatus) as refusal, connect(cloud.addresses.websocket_url):
            pass
        assert refusal.value.response.status_code == 403

    def test_a_wrong_token_is_refused(self, cloud):
        with pytest.raises(InvalidStatus) as refusal, connect(cloud.addresses.websocket_url + "?token=bad"):
            pass
        assert refusal.value.response.status_code == 403

    def test_a_token_in_the_query_connects_and_messages_carry_the_authorizers_context(self, cloud):
        with connect(cloud.addresses.websocket_url + "?token=good") as socket:
            socket.send("hello")
            assert json.loads(socket.recv(timeout=10)) == {"said": "hello", "user": "ann"}

    def test_a_token_as_subprotocol_connects_and_the_chosen_protocol_is_answered(self, cloud):
        offered = [Subprotocol("assistant"), Subprotocol("token.good")]
        with connect(cloud.addresses.websocket_url, subprotocols=offered) as socket:
            assert socket.subprotocol == "assistant"
            socket.send("hello")
            assert json.loads(socket.recv(timeout=10))["said"] == "hello"
