"""A route of a ``rest_apis`` entry as AWS::ApiGateway resources: Resource, Method, Integration and its responses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator import wire
from emulator.stack.errors import nearest
from emulator.stack.references import References
from emulator.stack.resources import ROLE
from emulator.stack.rest_schema import REST_RESPONSE, REST_ROUTE
from emulator.stack.rest_texts import lower, sources, spoken, templates
from emulator.stack.section import Resource
from emulator.stack.steps import Context, Step, Steps, listed

SERVICE = "apigateway"
VERBS = ("ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
BACKENDS = {"Function": "function", "Url": "url", "Action": "action", "Queue": "queue", "Mock": "mock"}
_FORM = "'application/x-www-form-urlencoded'"
_SEND = "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"
_TEXTS = ("application/json", "text/plain", "application/x-www-form-urlencoded", "application/xml")
_MOCK = '{"statusCode": 200}'
_VARIABLE = re.compile(r"\{([\w.:-]+)\+?\}")
_DECLARED = re.compile(r"method\.request\.(?:multivalue)?(header|querystring|path)\.(.+)")


@dataclass
class RestApi:
    """What the routes of one API share while they are made."""

    context: Context
    resource: Resource
    api_id: str
    paths: dict[str, str]
    """Resource ids by path."""
    authorizers: dict[str, dict[str, str]] = field(default_factory=dict)
    validators: dict[str, str] = field(default_factory=dict)
    models: frozenset[str] = frozenset()
    verbs: dict[str, list[str]] = field(default_factory=dict)
    origin: str = ""
    """``Access-Control-Allow-Origin`` for answers that functions do not write themselves."""

    @property
    def references(self) -> References:
        return self.context.references

    def path(self, path: str, route: Resource) -> Steps:
        """Makes the resources that lead to ``path``."""
        if path in self.paths:
            return
        parent, _, part = path.rpartition("/")
        yield from self.path(parent or "/", route)
        params = {"restApiId": self.api_id, "parentId": self.paths[parent or "/"], "pathPart": part}
        answer = yield Step(route, SERVICE, "CreateResource", params)
        self.paths[path] = answer["id"]

    def place(self, path: str, verb: str) -> dict[str, str]:
        return {"restApiId": self.api_id, "resourceId": self.paths[path], "httpMethod": verb}


def method(api: RestApi, key: str, definition: Any) -> Steps:
    """Everything that one route needs."""
    context = api.context
    place = f"{api.resource.place('Routes')}.{key}"
    table = {"function": definition} if isinstance(definition, str) else definition
    route = spoken(
        REST_ROUTE.read(context.references.origin, key, place, table),
        requestTemplates="Request",
        requestParameters="Headers",
    )
    verb, _, path = key.partition(" ")
    if verb not in VERBS or not path.startswith("/") or " " in path:
        raise context.error(place, 'a route is a method and a path: "GET /tasks/{id}".')
    path = path.rstrip("/") or "/"
    integration = _integration(api, route, path, place if isinstance(definition, str) else route.place("Function"))
    responses = integration.pop("responses", {})
    yield from api.path(path, route)
    api.verbs.setdefault(path, []).append(verb)
    where = api.place(path, verb)
    yield from _put_method(api, route, where, integration)
    yield Step(route, SERVICE, "PutIntegration", {**where, **integration}, ("Integration",))
    for status, response in responses.items():
        names = dict.fromkeys(response.get("responseParameters", {}), False)
        yield Step(route, SERVICE, "PutMethodResponse", {**where, "statusCode": status, "responseParameters": names})
        params = {**where, "statusCode": status, **response}
        yield Step(route, SERVICE, "PutIntegrationResponse", params, ("Responses", status))


def _put_method(api: RestApi, route: Resource, where: Mapping[str, str], integration: Mapping[str, Any]) -> Steps:
    context, given = api.context, route.properties
    declared = _required(context, route)
    for source in integration.get("requestParameters", {}).values():
        found = _DECLARED.fullmatch(source)
        if found is not None:
            declared.setdefault(f"method.request.{found[1]}.{found[2]}", found[1] == "path")
    params: dict[str, Any] = {**where, "authorizationType": given.get("AuthorizationType", "NONE")}
    if declared:
        params["requestParameters"] = declared
    for name in ("AuthorizationScopes", "ApiKeyRequired", "OperationName"):
        if name in given:
            params[lower(name)] = given[name]
    if "Authorizer" in given:
        name = given["Authorizer"]
        if not isinstance(name, str) or name not in api.authorizers:
            raise context.error(route.place("Authorizer"), f"there is no authorizer {name!r} in this API.")
        params |= api.authorizers[name]
    if "Model" in given:
        if given["Model"] not in api.models:
            hint = nearest(str(given["Model"]), api.models)
            raise context.error(route.place("Model"), f"there is no model {given['Model']!r} in this API.{hint}")
        params["requestModels"] = {"application/json": given["Model"]}
    validated = ("body" if "Model" in given else "", "parameters" if given.get("Required") else "")
    if any(validated):
        name = " and ".join(part for part in validated if part)
        yield from _validator(api, route, name)
        params["requestValidatorId"] = api.validators[name]
    yield Step(route, SERVICE, "PutMethod", params)


def _validator(api: RestApi, route: Resource, name: str) -> Steps:
    if name not in api.validators:
        checks = {"validateRequestBody": "body" in name, "validateRequestParameters": "parameters" in name}
        answer = yield Step(route, SERVICE, "CreateRequestValidator", {"restApiId": api.api_id, "name": name, **checks})
        api.validators[name] = answer["id"]


def _required(context: Context, route: Resource) -> dict[str, bool]:
    declared: dict[str, bool] = {}
    for name in listed(route.properties.get("Required", [])):
        if not isinstance(name, str) or not re.fullmatch(r"(header|querystring|path)\.\S+", name):
            raise context.error(
                route.place("Required"), f"expected header.NAME, querystring.NAME or path.NAME, got {name!r}."
            )
        declared[f"method.request.{name}"] = True
    return declared


def _integration(api: RestApi, route: Resource, path: str, function_place: str) -> dict[str, Any]:
    """PutIntegration's parameters, and ``responses``: PutIntegrationResponse's by status."""
    context, given = api.context, route.properties
    integration = {lower(name): value for name, value in context.table(route, "Integration").items()}
    named = [short for name, short in BACKENDS.items() if name in given and name != "Queue"]
    if len(named) > 1 or ("Queue" in given and named not in ([], ["action"])):
        raise context.error(route.key, f"a route has one backend, not {' and '.join([*named, 'queue'][:2])}.")
    mapped = bool({"Request", "Responses", "Async"} & given.keys())
    if "Function" in given:
        arn = api.references.arn(given["Function"], ["function"], function_place)
        uri = f"{_gateway(api, 'lambda')}:path/2015-03-31/functions/{arn}/invocations"
        own = {"type": "AWS" if mapped else "AWS_PROXY", "integrationHttpMethod": "POST", "uri": uri}
    elif "Url" in given:
        own = {"type": "HTTP" if mapped else "HTTP_PROXY", "integrationHttpMethod": "ANY"}
        own["uri"] = api.references.fill_known(str(given["Url"]), route.place("Url"))
        if mapped:
            own["integrationHttpMethod"] = route.name.partition(" ")[0]
    elif "Action" in given or "Queue" in given:
        own = _service(api, route)
    elif "Mock" in given:
        own = {"type": "MOCK"}
    elif "type" in integration:
        own = {}
    else:
        raise context.error(route.key, f"a route needs a {', a '.join(BACKENDS.values())}, or an integration.")
    integration = {**own, **integration}
    _add_mappings(api, route, path, integration)
    if integration["type"] in ("AWS", "HTTP", "MOCK"):
        integration["responses"] = _responses(api, route)
    elif mapped:
        raise context.error(route.key, f"integrations of type {integration['type']} have no request and responses.")
    return integration


def _gateway(api: RestApi, service: str) -> str:
    return f"arn:aws:apigateway:{api.references.region}:{service}"


def _service(api: RestApi, route: Resource) -> dict[str, Any]:
    context, given = api.context, route.properties
    shared = {
        "type": "AWS",
        "integrationHttpMethod": "POST",
        "credentials": ROLE.format(account=api.references.account),
    }
    action = given.get("Action", "sqs:SendMessage")
    service, colon, name = str(action).partition(":")
    if not colon or not service or not name:
        raise context.error(
            route.place("Action"), f"expected 'service:Action' such as 'dynamodb:PutItem', got {action!r}."
        )
    if "Queue" not in given:
        form = (
            {"requestParameters": {"integration.request.header.Content-Type": _FORM}} if _reads_forms(service) else {}
        )
        return {**shared, "uri": f"{_gateway(api, service)}:action/{name}", **(form if "Request" in given else {})}
    if service != "sqs":
        raise context.error(route.place("Queue"), f"a queue goes with actions of sqs, not {action!r}.")
    arn = api.references.arn(given["Queue"], ["queue"], route.place("Queue"))
    account, queue = arn.split(":")[-2:]
    made: dict[str, Any] = {**shared, "uri": f"{_gateway(api, 'sqs')}:path/{account}/{queue}"}
    made["requestParameters"] = {"integration.request.header.Content-Type": _FORM}
    if "Request" not in given:
        if name != "SendMessage":
            raise context.error(route.key, f'{action} needs a request: a form such as "Action={name}&…".')
        made |= {"requestTemplates": dict.fromkeys(_TEXTS, _SEND), "passthroughBehavior": "NEVER"}
    return made


def _reads_forms(service: str) -> bool:
    """Whether a template for this service is a form (``TopicArn=…&Message=…``)."""
    try:
        return wire.protocol_name(service) == "query"
    except wire.UnknownServiceError:  # refused by PutIntegration, if API Gateway has no name of its own for it
        return False


def _add_mappings(api: RestApi, route: Resource, path: str, integration: dict[str, Any]) -> None:
    """Templates and parameters: the short forms on top of what the integration says itself."""
    context, given = api.context, route.properties
    parameters = dict(integration.get("requestParameters") or {})
    for name in _VARIABLE.findall(path):
        if re.search(rf"\{{{re.escape(name)}\+?\}}", integration.get("uri", "")):
            parameters.setdefault(f"integration.request.path.{name}", f"method.request.path.{name}")
    for name, place in (("Headers", "header"), ("Query", "querystring"), ("Path", "path")):
        if name in given:
            parameters |= sources(context, given[name], route.place(name), f"integration.request.{place}.")
    if given.get("Async"):
        parameters["integration.request.header.X-Amz-Invocation-Type"] = "'Event'"
    if parameters:
        integration["requestParameters"] = parameters
    if "Request" in given:
        integration["requestTemplates"] = templates(context, given["Request"], route.place("Request"))
        if integration["type"] != "MOCK":  # a body that no template has read would be nonsense to the backend
            integration.setdefault("passthroughBehavior", "NEVER")
    elif integration["type"] == "MOCK":
        integration.setdefault("requestTemplates", {"application/json": _MOCK})


def _responses(api: RestApi, route: Resource) -> dict[str, dict[str, Any]]:
    context = api.context
    given = context.table(route, "Responses") or {"200": {}}
    return {status: _response(api, status, value, route.place("Responses", status)) for status, value in given.items()}


def _response(api: RestApi, status: str, value: Any, place: str) -> dict[str, Any]:
    """A table, or a template alone."""
    context = api.context
    alone = isinstance(value, str) or (isinstance(value, Mapping) and set(value) == {"file"})
    response = REST_RESPONSE.read(context.references.origin, status, place, {"template": value} if alone else value)
    properties = response.properties
    shown = {lower(name): properties[name] for name in ("SelectionPattern", "ContentHandling") if name in properties}
    if "ResponseTemplates" in properties:
        key = place if alone else response.place("ResponseTemplates")
        shown["responseTemplates"] = templates(context, properties["ResponseTemplates"], key)
    headers = {"Access-Control-Allow-Origin": api.origin} if api.origin else {}
    headers |= properties.get("Headers", {})
    if headers:
        shown["responseParameters"] = sources(context, headers, response.place("Headers"), "method.response.header.")
    return shown
