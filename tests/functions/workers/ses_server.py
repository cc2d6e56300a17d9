"""A server that speaks as much of SES as is called, its fixtures, and what people were told."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from assistant.platform import aws

SENDER = "assistant@test.example"


class Ses(ThreadingHTTPServer):
    """Speaks as much of SES's API as is called; takes an e-mail unless another answer is planned."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), SesRequest)
        self.taken, self.planned, self.asked = [], [], 0


class SesRequest(BaseHTTPRequestHandler):
    def do_POST(self):
        assert self.path == "/v2/email/outbound-emails"
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked += 1
        status, code = self.server.planned.pop(0) if self.server.planned else (200, "")
        if status in (200, 0):
            self.server.taken.append(body)
        if status == 0:  # taken, and the connection breaks before anybody is told
            self.close_connection = True
            return
        answer = {"MessageId": f"m-{len(self.server.taken)}"} if status == 200 else {"message": "planned"}
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("x-amzn-errortype", code)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def ses_server():
    """One for the module: making a client costs more than a test."""
    with pytest.MonkeyPatch.context() as environment, Ses() as server:
        environment.setenv("AWS_ENDPOINT_URL_SESV2", f"http://127.0.0.1:{server.server_port}")
        for name, value in (("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "x"), ("DEFAULT_REGION", "us-east-1")):
            environment.setenv(f"AWS_{name}", value)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        aws.client.cache_clear()
        yield server
        aws.client.cache_clear()
        server.shutdown()


@pytest.fixture
def ses(ses_server, monkeypatch):
    monkeypatch.setenv("MAIL_SENDER", SENDER)
    ses_server.taken.clear()
    ses_server.planned.clear()
    ses_server.asked = 0
    return ses_server


@pytest.fixture(autouse=True)
def no_other_mail(db, alone):
    with db.transaction() as work:
        work.run("DELETE FROM mails")


def told(db, person):
    with db.reading() as work:
        return work.run(
            "SELECT data FROM notifications WHERE user_id = CAST(:id AS uuid) AND type = 'budget_alert'",
            id=person.user_id,
        )


def mails(db, person):
    with db.reading() as work:
        return work.run(
            "SELECT state, message_id, recipient, error FROM mails WHERE user_id = CAST(:id AS uuid)", id=person.user_id
        )
