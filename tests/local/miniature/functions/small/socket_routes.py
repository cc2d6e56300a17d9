"""All routes of the WebSocket API: chooses a subprotocol, echoes messages through @connections."""

import json
import os


def handler(event, _context):
    """Serve one route."""
    context = event["requestContext"]
    if context["routeKey"] == "$connect":
        asked = {name.lower(): value for name, value in event["headers"].items()}.get("sec-websocket-protocol")
        return {"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "assistant"} if asked else {}}
    if context["routeKey"] == "$default":
        import boto3

        connections = boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["WEBSOCKET_ENDPOINT"])
        answer = {"said": event["body"], "user": context["authorizer"]["user"]}
        connections.post_to_connection(ConnectionId=context["connectionId"], Data=json.dumps(answer).encode())
    return {"statusCode": 200}
