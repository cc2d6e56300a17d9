"""Multipart forms as a browser writes them."""

import pytest

BOUNDARY = "boundary-of-the-form"


@pytest.fixture
def form():
    """Makes (headers, body) of a form: `form(("file", b"...", "a.md", "text/markdown"), ("title", "A"))`."""

    def make(*parts):
        body = b""
        for name, content, *file in parts:
            disposition = f'form-data; name="{name}"' + (f'; filename="{file[0]}"' if file else "")
            kind = f"Content-Type: {file[1]}\r\n" if len(file) > 1 else ""
            data = content if isinstance(content, bytes) else content.encode()
            head = f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n{kind}\r\n"
            body += head.encode() + data + b"\r\n"
        body += f"--{BOUNDARY}--\r\n".encode()
        return {"headers": {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}, "body": body}

    return make
