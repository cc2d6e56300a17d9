"""House rules of the functions and their triggers. Each returns what breaks it, one line a finding."""

from tests.template.document import AREAS, OUTSIDE_THE_VPC, PUBLIC, Document, targets

CLOUDFORMATION_ROOM = 480  # of the 500 resources that a stack may have: docs/decisions/0104
HTTP_ROUTES = 300  # what one HTTP API takes
GATEWAY_SECONDS = 29


def resources_fit(document: Document) -> list[str]:
    """After the transform there is room below CloudFormation's limit, and the API's."""
    found = []
    if len(document.expanded) > CLOUDFORMATION_ROOM:
        found.append(f"{len(document.expanded)} resources after the transform, over {CLOUDFORMATION_ROOM}")
    if len(document.routes) > HTTP_ROUTES:
        found.append(f"{len(document.routes)} routes, over {HTTP_ROUTES}")
    return found


def sections_follow_the_folders(document: Document) -> list[str]:
    """Functions stand in the order of their areas, each area in one piece."""
    areas = [function["CodeUri"].split("/")[1] for function in document.functions.values()]
    wanted = sorted(areas, key=lambda area: AREAS.index(area) if area in AREAS else len(AREAS))
    return [] if areas == wanted else [f"functions stand in the order {areas}"]


def functions_share_what_an_area_shares(document: Document) -> list[str]:
    """Every function logs as JSON into its area's group and has a role of this template."""
    found = []
    roles = document.of_type("AWS::IAM::Role")
    for name, function in document.functions.items():
        area = function["CodeUri"].split("/")[1].capitalize()
        logging = function.get("LoggingConfig", {})
        if logging != {"LogFormat": "JSON", "LogGroup": {"Ref": f"{area}LogGroup"}}:
            found.append(f"{name} logs to {logging}")
        if not targets(function.get("Role")) & roles.keys():
            found.append(f"{name} has no role of this template")
        layers = {layer["Ref"] for layer in function.get("Layers", [])}  # SAM adds a function's own to the shared ones
        if layers not in ({"CoreLayer", "DependenciesLayer"}, {"DocumentsLayer"}):
            found.append(f"{name} lacks a layer")
    return found


def functions_are_in_the_vpc(document: Document) -> list[str]:
    """What needs the database or the cache is inside; the two that must call AWS from outside are not."""
    inside = {name for name, function in document.functions.items() if "VpcConfig" in function}
    wanted = document.functions.keys() - OUTSIDE_THE_VPC
    return [f"{name} should be inside the VPC" for name in sorted(wanted - inside)] + [
        f"{name} should be outside the VPC" for name in sorted(inside - wanted)
    ]


def http_functions_end_before_the_gateway(document: Document) -> list[str]:
    return [
        f"{name} may run {document.functions[name]['Timeout']} s behind {route}"
        for route, name in document.routes.items()
        if document.functions[name]["Timeout"] > GATEWAY_SECONDS
    ]


def routes_deny_by_default(document: Document) -> list[str]:
    """As expanded, every route asks the authorizer but those on the public list, and those never do."""
    found = []
    seen: set[str] = set()
    for api in document.expanded_of_type("AWS::ApiGatewayV2::Api").values():
        for path, operations in api.get("Body", {}).get("paths", {}).items():
            for method, operation in operations.items():
                route = f"{method.upper()} {path}"
                seen.add(route)
                authorized = any("Token" in entry for entry in operation.get("security", []))
                if authorized == (route in PUBLIC):
                    found.append(f"{route} is {'closed' if authorized else 'open'}")
    if seen != document.routes.keys():
        found.append(f"expanded routes differ: {sorted(seen ^ document.routes.keys())}")
    return found


def authorizer_is_ours(document: Document) -> list[str]:
    """The gateway asks authorize_request, with simple responses, by the header, and keeps the answer for a minute."""
    api = document.resources["HttpApi"]["Properties"]
    token = api["Auth"]["Authorizers"]["Token"]
    wanted = {
        "FunctionArn": {"Fn::GetAtt": ["AuthorizeRequestFunction", "Arn"]},
        "AuthorizerPayloadFormatVersion": "2.0",
        "EnableSimpleResponses": True,
        "EnableFunctionDefaultPermissions": True,
        "Identity": {"Headers": ["Authorization"], "ReauthorizeEvery": 60},
    }
    found = [f"authorizer {key} is {token.get(key)}" for key in wanted if token.get(key) != wanted[key]]
    if api["StageName"] != "$default":
        found.append("a named stage would be part of the path, and the routers do not know it")
    return found


def sockets_are_authorized(document: Document) -> list[str]:
    found = []
    routes = document.expanded_of_type("AWS::ApiGatewayV2::Route")
    connect = [route for route in routes.values() if route["RouteKey"] == "$connect"]
    if len(connect) != 1 or connect[0].get("AuthorizationType") != "CUSTOM" or "AuthorizerId" not in connect[0]:
        found.append(f"$connect is {connect}")
    keys = {route["RouteKey"] for route in routes.values()}
    if keys != {"$connect", "$disconnect", "$default"}:
        found.append(f"socket routes are {sorted(keys)}")
    return found


def cors_names_origins(document: Document) -> list[str]:
    cors = document.resources["HttpApi"]["Properties"]["CorsConfiguration"]
    default = document.content["Parameters"]["CorsOrigins"]["Default"]
    if cors["AllowOrigins"] != {"Ref": "CorsOrigins"} or "*" in default:
        return [f"origins are {cors['AllowOrigins']}, by default {default}"]
    return []


RULES = [
    resources_fit,
    sections_follow_the_folders,
    functions_share_what_an_area_shares,
    functions_are_in_the_vpc,
    http_functions_end_before_the_gateway,
    routes_deny_by_default,
    authorizer_is_ours,
    sockets_are_authorized,
    cors_names_origins,
]
