"""What AWS clients raise, for a context that has to tell failures apart without knowing the SDK.

Not imported with the clients: a function that only sends messages does not need these names.
"""

from botocore.eventstream import ParserError
from botocore.exceptions import (
    ClientError,
    ConnectionError,
    ConnectTimeoutError,
    EndpointConnectionError,
    EventStreamError,
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError as StreamBroken  # what comes after the head is read from urllib3 itself
from urllib3.exceptions import ReadTimeoutError as StreamSilent

__all__ = [
    "ClientError",
    "ConnectTimeoutError",
    "ConnectionError",
    "EndpointConnectionError",
    "EventStreamError",
    "HTTPClientError",
    "NoCredentialsError",
    "ParamValidationError",
    "ParserError",
    "ReadTimeoutError",
    "ResponseParserError",
    "StreamBroken",
    "StreamSilent",
]
