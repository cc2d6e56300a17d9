"""Lambda authorizers of both APIs: the token is `good`, or the caller is refused."""


def http_api(event, _context):
    """Answer in the simple format of payload 2.0."""
    return {"isAuthorized": event["headers"].get("authorization") == "Bearer good", "context": {"user": "ann"}}


def websocket(event, _context):
    """Answer with a policy; the token is in the query or among the subprotocols."""
    query = event.get("queryStringParameters") or {}
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    good = query.get("token") == "good" or "token.good" in headers.get("sec-websocket-protocol", "")
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow" if good else "Deny", "Resource": event["methodArn"]}
    return {
        "principalId": "ann",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"user": "ann"},
    }
