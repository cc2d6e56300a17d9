"""Answers that are not JSON."""

import json
from types import SimpleNamespace

import pytest


@pytest.fixture
def plain(context):
    """Call a public endpoint: its status, headers and text."""

    def plain(module, path, **headers):
        event = {
            "version": "2.0",
            "routeKey": f"GET {path}",
            "rawPath": path,
            "rawQueryString": "",
            "headers": {"host": "test", **headers},
            "requestContext": {
                "requestId": "request",
                "http": {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
            },
            "isBase64Encoded": False,
        }
        answer = module.handler(event, context)
        text = answer.get("body", "")
        return SimpleNamespace(
            status=answer["statusCode"],
            headers=answer["headers"],
            text=text,
            json=lambda: json.loads(text),
        )

    return plain
