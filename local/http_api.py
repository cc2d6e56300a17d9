"""HTTP APIs as single resources. SAM writes routes as an OpenAPI body, which the emulator ignores."""

import json
from typing import Any

_ANY = "x-amazon-apigateway-any-method"


def spell_out(resources: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Turn each API's Body into Route, Integration and Authorizer resources; return CORS settings by API.

    CORS is taken out because the emulator keeps it in a case it cannot read: it is set by a call after the deployment.
    """
    cors: dict[str, dict[str, Any]] = {}
    for logical_id, resource in list(resources.items()):
        if resource["Type"] != "AWS::ApiGatewayV2::Api" or "Body" not in resource["Properties"]:
            continue
        properties = resource["Properties"]
        body = properties.pop("Body")
        properties.pop("FailOnWarnings", None)
        properties.setdefault("ProtocolType", "HTTP")
        title = body.get("info", {}).get("title")
        properties.setdefault("Name", title if isinstance(title, str) else logical_id)
        if settings := body.get("x-amazon-apigateway-cors") or properties.pop("CorsConfiguration", None):
            cors[logical_id] = {name[0].upper() + name[1:]: value for name, value in settings.items()}
        authorizers = _authorizers(logical_id, body, resources)
        _routes(logical_id, body, authorizers, resources)
    return cors


def _authorizers(api: str, body: dict[str, Any], resources: dict[str, Any]) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    schemes = (body.get("components") or {}).get("securitySchemes") or {}
    for name, scheme in schemes.items():
        settings = scheme.get("x-amazon-apigateway-authorizer")
        if not settings:
            continue
        sources = settings.get("identitySource") or []
        if isinstance(sources, str):
            sources = [source.strip() for source in sources.split(",")]
        jwt = settings.get("type") == "jwt"
        properties: dict[str, Any] = {
            "ApiId": {"Ref": api},
            "Name": name,
            "AuthorizerType": "JWT" if jwt else "REQUEST",
            "IdentitySource": sources,
        }
        if jwt:
            configuration = settings["jwtConfiguration"]
            properties["JwtConfiguration"] = {
                "Issuer": configuration["issuer"],
                "Audience": configuration["audience"],
            }
        else:
            properties["AuthorizerUri"] = settings["authorizerUri"]
            properties["AuthorizerPayloadFormatVersion"] = str(settings.get("authorizerPayloadFormatVersion", "2.0"))
            properties["EnableSimpleResponses"] = settings.get("enableSimpleResponses", False)
            if "authorizerResultTtlInSeconds" in settings:
                properties["AuthorizerResultTtlInSeconds"] = settings["authorizerResultTtlInSeconds"]
        resource_id = f"{api}Authorizer{name}"
        resources[resource_id] = {"Type": "AWS::ApiGatewayV2::Authorizer", "Properties": properties}
        found[name] = (resource_id, "JWT" if jwt else "CUSTOM")
    return found


def _routes(api: str, body: dict[str, Any], authorizers: dict[str, tuple[str, str]], resources: dict[str, Any]) -> None:
    integrations: dict[str, str] = {}
    count = 0
    for path, operations in (body.get("paths") or {}).items():
        for method, operation in operations.items():
            settings = operation.get("x-amazon-apigateway-integration") if isinstance(operation, dict) else None
            if not settings:
                continue
            key = json.dumps(settings, sort_keys=True, default=str)
            if key not in integrations:
                integrations[key] = f"{api}Integration{len(integrations)}"
                resources[integrations[key]] = _integration(api, settings)
            verb = "ANY" if method == _ANY else method.upper()
            properties: dict[str, Any] = {
                "ApiId": {"Ref": api},
                "RouteKey": "$default" if path == "/$default" else f"{verb} {path}",
                "Target": {"Fn::Sub": f"integrations/${{{integrations[key]}}}"},
            }
            for requirement in operation.get("security") or []:
                for name, scopes in requirement.items():
                    if name in authorizers:
                        properties["AuthorizerId"] = {"Ref": authorizers[name][0]}
                        properties["AuthorizationType"] = authorizers[name][1]
                        if scopes:
                            properties["AuthorizationScopes"] = scopes
            resources[f"{api}Route{count}"] = {"Type": "AWS::ApiGatewayV2::Route", "Properties": properties}
            count += 1


def _integration(api: str, settings: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "ApiId": {"Ref": api},
        "IntegrationType": "AWS_PROXY",
        "IntegrationUri": settings["uri"],
        "PayloadFormatVersion": str(settings.get("payloadFormatVersion", "2.0")),
    }
    if "timeoutInMillis" in settings:
        properties["TimeoutInMillis"] = settings["timeoutInMillis"]
    return {"Type": "AWS::ApiGatewayV2::Integration", "Properties": properties}
