"""A ``rest_apis`` entry as AWS::ApiGateway resources: RestApi, what its methods need, one Deployment, one Stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.stack.api_schema import CORS
from emulator.stack.rest_methods import SERVICE, RestApi, method
from emulator.stack.rest_schema import GATEWAY_RESPONSE, REST_AUTHORIZER, THROTTLE, USAGE_PLAN
from emulator.stack.rest_texts import content, lower, read, sources, spoken, templates
from emulator.stack.section import Resource
from emulator.stack.steps import Context, Step, Steps, listed, text, without

DEFAULT_STAGE = "dev"
IDENTITY = "method.request.header.Authorization"
OF_THE_API = ("Name", "Description", "BinaryMediaTypes", "MinimumCompressionSize", "ApiKeySourceType", "Version")
_RENAMED = {"ApiKeySourceType": "apiKeySource"}
ALLOWED_HEADERS = ["Content-Type", "X-Amz-Date", "Authorization", "X-Api-Key", "X-Amz-Security-Token"]
"""What the console allows when somebody enables CORS."""


def api(context: Context, resource: Resource) -> Steps:
    """The RestApi alone: functions may name its ``Endpoint``, its methods name functions.

    Attributes: ``Id``, ``Stage``, ``Endpoint`` (as on AWS), ``Url`` (where a client sends requests).
    """
    given = {name: value for name, value in resource.properties.items() if name in OF_THE_API}
    params = {"name": resource.name} | {_RENAMED.get(k, lower(k)): v for k, v in given.items()}
    if tags := context.tags(resource):
        params["tags"] = tags
    named = spoken(resource, apiKeySource="ApiKeySourceType")
    answer = yield Step(named, SERVICE, "CreateRestApi", params)
    stage = resource.properties.get("StageName", DEFAULT_STAGE)
    references = context.references
    references.attributes[f"rest_api:{resource.name}"] |= {
        "Id": answer["id"],
        "RootResourceId": answer["rootResourceId"],
        "Stage": stage,
        "Endpoint": f"https://{answer['id']}.execute-api.{references.region}.amazonaws.com/{stage}",
        "Url": f"{references.base_url}/_aws/execute-api/{answer['id']}/{stage}",
    }


def methods(context: Context, resource: Resource) -> Steps:
    """Everything behind the RestApi, deployed to one stage."""
    attributes = context.references.attributes[f"rest_api:{resource.name}"]
    routes = context.table(resource, "Routes")
    if not routes and "OpenApi" not in resource.properties:
        raise context.error(resource.place("Routes"), "an API needs at least one route, or an openapi document.")
    cors = _cors(context, resource)
    resource = spoken(resource, variables="StageVariables")
    made = RestApi(context, resource, attributes["Id"], {"/": attributes["RootResourceId"]})
    made.models = frozenset({"Empty", "Error", *context.table(resource, "Models")})
    if cors is not None:
        made.origin = cors["AllowOrigins"][0]
    if "OpenApi" in resource.properties:
        if routes:
            raise context.error(resource.place("Routes"), "an openapi document has the routes already.")
        if cors is not None:
            raise context.error(resource.place("Cors"), "it goes with routes: an openapi document has OPTIONS methods.")
        yield from _import(context, resource, made)
    for name, given in context.table(resource, "Authorizers").items():
        yield from _authorizer(made, name, given)
    for name, given in context.table(resource, "Models").items():
        yield from _model(made, name, given)
    for key, definition in routes.items():
        yield from method(made, key, definition)
    if cors is not None:
        yield from _preflights(made, cors)
    for kind, given in context.table(resource, "GatewayResponses").items():
        yield from _gateway_response(made, kind, given)
    yield from _stage(made, attributes["Stage"])


def _import(context: Context, resource: Resource, made: RestApi) -> Steps:
    key = resource.place("OpenApi")
    name = resource.properties["OpenApi"]
    if not isinstance(name, str):
        raise context.error(key, f"expected the name of a file, got {name!r}.")
    body = context.references.fill_known(read(context, name, key), key).encode()
    yield Step(resource, SERVICE, "PutRestApi", {"restApiId": made.api_id, "mode": "overwrite", "body": body})


def _authorizer(made: RestApi, name: str, given: Any) -> Steps:
    """Creates the authorizer and notes what its methods have to say."""
    context = made.context
    place = f"{made.resource.place('Authorizers')}.{name}"
    table = {"function": given} if isinstance(given, str) else given
    authorizer = spoken(REST_AUTHORIZER.read(context.references.origin, name, place, table))
    properties = without(authorizer.properties, "Function")
    pools = "ProviderARNs" in properties
    kind = properties.setdefault("Type", "COGNITO_USER_POOLS" if pools else "TOKEN")
    properties.setdefault("IdentitySource", IDENTITY)
    params: dict[str, Any] = {"restApiId": made.api_id, "name": name}
    params |= {key if key == "ProviderARNs" else lower(key): v for key, v in properties.items()}
    params["identitySource"] = ",".join(str(source) for source in listed(params["identitySource"]))
    if pools:
        params["providerARNs"] = listed(params.pop("ProviderARNs"))
    else:
        key = place if isinstance(given, str) else authorizer.place("Function")
        arn = context.references.arn(authorizer.properties.get("Function"), ["function"], key)
        region = context.references.region
        params["authorizerUri"] = f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations"
    answer = yield Step(authorizer, SERVICE, "CreateAuthorizer", params)
    made.authorizers[name] = {
        "authorizationType": kind if pools else "CUSTOM",
        "authorizerId": answer["id"],
    }


def _model(made: RestApi, name: str, given: Any) -> Steps:
    """A JSON Schema: as a table, a text, or ``{ file = "…" }``."""
    key = f"{made.resource.place('Models')}.{name}"
    inline = isinstance(given, Mapping) and set(given) != {"file"}
    schema = text(given) if inline else content(made.context, given, key)
    params = {"restApiId": made.api_id, "name": name, "contentType": "application/json", "schema": schema}
    yield Step(Resource(name, key, {}), SERVICE, "CreateModel", params)


def _gateway_response(made: RestApi, kind: str, given: Any) -> Steps:
    context = made.context
    place = f"{made.resource.place('GatewayResponses')}.{kind}"
    response = spoken(GATEWAY_RESPONSE.read(context.references.origin, kind, place, given))
    params: dict[str, Any] = {"restApiId": made.api_id, "responseType": kind}
    if "StatusCode" in response.properties:
        params["statusCode"] = text(response.properties["StatusCode"])
    if "ResponseTemplates" in response.properties:
        key = response.place("ResponseTemplates")
        params["responseTemplates"] = templates(context, response.properties["ResponseTemplates"], key)
    if "Headers" in response.properties:
        key = response.place("Headers")
        params["responseParameters"] = sources(context, response.properties["Headers"], key, "gatewayresponse.header.")
    yield Step(response, SERVICE, "PutGatewayResponse", params)


# CORS


def _cors(context: Context, resource: Resource) -> dict[str, Any] | None:
    """``true``, an origin, a list of origins, or a table; None without CORS."""
    given = resource.properties.get("Cors")
    if given is None or given is False:
        return None
    if given is True:
        given = {}
    table = {"allow_origins": listed(given)} if isinstance(given, str | list) else given
    cors = dict(CORS.read(context.references.origin, "cors", resource.place("Cors"), table).properties)
    cors.setdefault("AllowOrigins", ["*"])
    cors.setdefault("AllowHeaders", ALLOWED_HEADERS)
    for name in ("AllowOrigins", "AllowHeaders", "AllowMethods", "ExposeHeaders"):
        cors[name] = [str(item) for item in listed(cors.get(name, []))]
    if not cors["AllowOrigins"]:
        raise context.error(resource.place("Cors"), "at least one origin is needed.")
    return cors


def _preflights(made: RestApi, cors: Mapping[str, Any]) -> Steps:
    """An OPTIONS method for every path with routes that has none, and the origin on API Gateway's own answers."""
    for path, verbs in list(made.verbs.items()):
        if "OPTIONS" in verbs or "ANY" in verbs:
            continue
        headers = _preflight_headers(cors, sorted({*verbs, "OPTIONS"}))
        mapping = {f"method.response.header.{name}": f"'{value}'" for name, value in headers.items()}
        where = made.place(path, "OPTIONS")
        cause = made.resource
        yield Step(cause, SERVICE, "PutMethod", {**where, "authorizationType": "NONE"})
        mock = {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 204}'}}
        yield Step(cause, SERVICE, "PutIntegration", {**where, **mock})
        names = dict.fromkeys(mapping, False)
        yield Step(cause, SERVICE, "PutMethodResponse", {**where, "statusCode": "204", "responseParameters": names})
        response = {**where, "statusCode": "204", "responseParameters": mapping}
        if len(cors["AllowOrigins"]) > 1:
            response["responseTemplates"] = {"application/json": origin_template(cors["AllowOrigins"])}
        yield Step(cause, SERVICE, "PutIntegrationResponse", response)
    for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
        headers = {"gatewayresponse.header.Access-Control-Allow-Origin": f"'{made.origin}'"}
        params = {"restApiId": made.api_id, "responseType": kind, "responseParameters": headers}
        yield Step(made.resource, SERVICE, "PutGatewayResponse", params)


def _preflight_headers(cors: Mapping[str, Any], verbs: list[str]) -> dict[str, str]:
    headers = {
        "Access-Control-Allow-Origin": cors["AllowOrigins"][0],
        "Access-Control-Allow-Methods": ",".join(cors["AllowMethods"] or verbs),
        "Access-Control-Allow-Headers": ",".join(cors["AllowHeaders"]),
        "Access-Control-Expose-Headers": ",".join(cors["ExposeHeaders"]),
        "Access-Control-Max-Age": str(cors.get("MaxAge", "")),
        "Access-Control-Allow-Credentials": "true" if cors.get("AllowCredentials") else "",
    }
    return {name: value for name, value in headers.items() if value}


def origin_template(origins: list[str]) -> str:
    """Lets the client's own origin take the place of the first one, if it is listed."""
    listed_ones = " || ".join(f'$origin == "{origin}"' for origin in origins)
    return (
        "#set($origin = $input.params('Origin'))\n"
        f"#if({listed_ones})\n#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)\n#end\n"
    )


# The stage


def _stage(made: RestApi, stage: str) -> Steps:
    context, resource = made.context, made.resource
    deployment: dict[str, Any] = {"restApiId": made.api_id, "stageName": stage}
    if "StageVariables" in resource.properties:
        deployment["variables"] = resource.properties["StageVariables"]
    yield Step(resource, SERVICE, "CreateDeployment", deployment)
    if "Throttle" in resource.properties:
        limits = THROTTLE.read(
            context.references.origin, "throttle", resource.place("Throttle"), resource.properties["Throttle"]
        )
        patches = [
            {"op": "replace", "path": f"/*/*/throttling/{name.lower()}Limit", "value": text(value)}
            for name, value in limits.properties.items()
        ]
        yield Step(
            limits, SERVICE, "UpdateStage", {"restApiId": made.api_id, "stageName": stage, "patchOperations": patches}
        )
    keys = context.table(resource, "ApiKeys")
    if not keys and "UsagePlan" not in resource.properties:
        return
    plan = USAGE_PLAN.read(
        context.references.origin, "usage_plan", resource.place("UsagePlan"), resource.properties.get("UsagePlan", {})
    )
    params: dict[str, Any] = {"name": resource.name, "apiStages": [{"apiId": made.api_id, "stage": stage}]}
    for name, value in plan.properties.items():
        params[name.lower()] = {lower(k): v for k, v in value.items()} if isinstance(value, Mapping) else value
    if "quota" in params:
        params["quota"].setdefault("period", "DAY")
    made_plan = yield Step(plan, SERVICE, "CreateUsagePlan", params)
    for name, value in keys.items():
        place = f"{resource.place('ApiKeys')}.{name}"
        if not isinstance(value, str):
            raise context.error(place, f"expected the key's value, got {value!r}.")
        key = Resource(name, place, {})
        answer = yield Step(key, SERVICE, "CreateApiKey", {"name": name, "value": value, "enabled": True})
        params = {"usagePlanId": made_plan["id"], "keyId": answer["id"], "keyType": "API_KEY"}
        yield Step(key, SERVICE, "CreateUsagePlanKey", params)
