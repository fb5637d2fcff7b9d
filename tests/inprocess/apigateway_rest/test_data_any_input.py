"""Whatever a client sends, a REST API answers, and nothing goes wrong inside."""

import asyncio

from data_world import GATEWAY, RestWorld, custom, function_uri, mock, proxy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TEMPLATE = """#set($item = $input.path('$.item'))
{"json": $input.json('$'), "item": "$item.name", "header": "$input.params('X-Any')",
 "query": "$input.params().querystring",
 "escaped": "$util.escapeJavaScript($input.body)", #foreach($e in $input.path('$.list'))"$foreach.index": "$e",#end
 "url": "$util.urlEncode($input.params('q'))"}"""
PARAMETERS = {
    "integration.request.header.X-Body": "method.request.body.item.name",
    "integration.request.header.X-All": "method.request.body",
    "integration.request.querystring.q": "method.request.multivaluequerystring.q",
    "integration.request.path.id": "method.request.path.id",
}
MODEL = {"name": "Any", "schema": '{"type": "object", "properties": {"item": {"type": ["object", "null"]}}}'}
VALIDATOR = {"id": "v", "validateRequestBody": True, "validateRequestParameters": True}
METHODS = {
    "ANY /proxy/{proxy+}": proxy("ok"),
    "POST /function/{id}": custom(function_uri("echo"), TEMPLATE, None, {"requestParameters": PARAMETERS}),
    "POST /mock": mock("$input.body", {"200": {"responseTemplates": {"application/json": TEMPLATE}}}),
    "POST /service": custom(f"{GATEWAY}:dynamodb:action/PutItem", "$input.body"),
    "POST /form/{id}": custom(
        f"{GATEWAY}:sqs:path/123456789012/{{id}}",
        "$input.body",
        None,
        {"requestParameters": {"integration.request.header.Content-Type": "method.request.header.Content-Type"}},
    ),
    "POST /checked": {**proxy("ok"), "requestValidatorId": "v", "requestModels": {"application/json": "Any"}},
}
paths = st.one_of(
    st.sampled_from(["/function/a%2Fb", "/mock", "/service", "/form/q", "/checked", "/proxy/", "/proxy/%00%ff"]),
    st.text("/%ab0{}+.~\\@", max_size=12).map(lambda text: "/proxy/" + text),
)
queries = st.text("q=&%a0+;[]", max_size=12)
names = st.sampled_from(["Content-Type", "Accept", "X-Any", "Content-Encoding", "Authorization", "x-api-key"])
values = st.one_of(
    st.sampled_from(["application/json", "text/plain", "image/png", "*/*", "gzip", ",;,", ""]),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8),
)
bodies = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [
            b'{"item": {"name": "x"}, "list": [1, {"a": null}]}',
            b'{"statusCode": 200}',
            b'{"statusCode": "9' + b"9" * 400 + b'"}',
            b'{"statusCode": Infinity}',
            b'{"TableName": 1, "Item": []}',
            b"Action=SendMessage&MessageBody=%ff",
            b"Action=Nothing",
            b"[" * 5000,
            b'"\\ud800"',
            b"null",
        ]
    ),
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(paths, queries, st.lists(st.tuples(names, values), max_size=3), bodies, st.sampled_from(["POST", "GET", "PUT"]))
def test_any_request(path, query, headers, body, verb):
    async def main():
        w = RestWorld()
        w.functions["echo"] = lambda event: event
        w.operations["dynamodb:PutItem"] = lambda params: {}
        w.operations["sqs:SendMessage"] = lambda params: {"MessageId": "m"}
        w.api(
            METHODS,
            models={"Any": MODEL},
            validators={"v": VALIDATOR},
            binaryMediaTypes=["image/png"],
            minimumCompressionSize=10,
        )
        answer = await w.call(verb, f"{path}?{query}", headers, body)
        assert 200 <= answer.status <= 599
        assert not w.hops("fault")
        await w.ground.clock.close()

    asyncio.run(main())
