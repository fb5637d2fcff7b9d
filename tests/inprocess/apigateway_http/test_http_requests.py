"""From a request to its answer: stages, routes, errors, limits, CORS."""

from apigateway_http_world import function_arn, in_world

NOT_FOUND = (404, '{"message":"Not Found"}')


def shown(answer):
    return answer.status, answer.text


@in_world
async def test_stages_and_routes(world):
    w = world()
    w.functions = {name: (lambda event, name=name: name) for name in ("root", "dev", "var")}
    api = w.api({"GET /": "root", "GET /pets/{id}": "var"})
    w.op("create_stage", ApiId=api, StageName="dev", AutoDeploy=True)
    assert (await w.call(api, "GET", "/")).text == "root"
    assert (await w.call(api, "GET", "")).text == "root"
    assert (await w.call(api, "GET", "/dev")).text == "root"
    assert (await w.call(api, "GET", "/dev/pets/1")).text == "var"
    assert (await w.call(api, "GET", "/pets/1")).text == "var"
    for method, path in (("POST", "/"), ("GET", "/nowhere"), ("GET", "/prod/pets/1")):
        answer = await w.call(api, method, path)
        assert shown(answer) == NOT_FOUND, path
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["apigw-requestid"]


@in_world
async def test_no_default_stage(world):
    w = world()
    api = w.api({"GET /": "ok"}, stage="dev")
    assert shown(await w.call(api, "GET", "/")) == NOT_FOUND


@in_world
async def test_failures_of_functions(world):
    w = world()

    def broken(event):
        raise ValueError("no")

    w.functions = {"broken": broken, "malformed": lambda event: {"statusCode": "x"}}
    api = w.api({"GET /broken": "broken", "GET /malformed": "malformed", "GET /missing": "missing"})
    for path in ("/broken", "/malformed", "/missing"):
        answer = await w.call(api, "GET", path)
        assert shown(answer) == (500, '{"message":"Internal Server Error"}')
        assert answer.headers["content-type"] == "application/json"


@in_world
async def test_a_function_that_takes_too_long_runs_on(world):
    w = world()
    done = []

    async def slow(event):
        await w.ground.clock.sleep(45)
        done.append(w.ground.clock.now())
        return {}

    w.functions["slow"] = slow
    api = w.api({"GET /": "slow"})
    start = w.ground.clock.now()
    asked = w.begin(api)
    await w.ground.clock.advance(29.9)
    assert not asked.done()
    await w.ground.clock.advance(0.2)
    assert (await asked).status == 503
    assert not done
    await w.ground.clock.advance(60)
    assert done == [start + 45]
    (hop,) = w.hops("integrate")
    assert hop.ended == start + 30


@in_world
async def test_the_timeout_of_an_integration(world):
    w = world()

    async def slow(event):
        await w.ground.clock.sleep(5)
        return "late"

    w.functions["slow"] = slow
    api = w.api()
    w.route(api, "GET /", "slow", {"TimeoutInMillis": 2000})
    asked = w.begin(api)
    await w.ground.clock.advance(2)
    assert (await asked).status == 503


@in_world
async def test_throttling(world):
    w = world()
    api = w.api({"GET /": "ok"})
    limits = {"ThrottlingRateLimit": 1.0, "ThrottlingBurstLimit": 2}
    w.op("update_stage", ApiId=api, StageName="$default", DefaultRouteSettings=limits)
    answers = [await w.call(api) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[2].text == '{"message":"Too Many Requests"}'
    await w.ground.clock.advance(1)
    assert (await w.call(api)).status == 200


@in_world
async def test_a_payload_over_10_mb(world):
    w = world()
    api = w.api({"POST /": "ok"})
    assert (await w.call(api, "POST", "/", body=bytes(10 * 1024 * 1024 + 1))).status == 413
    assert (await w.call(api, "POST", "/", body=b"x")).status == 200


@in_world
async def test_cors(world):
    w = world()
    w.functions["own"] = lambda event: {"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "x"}}
    cors = {"AllowOrigins": ["https://a.example"], "AllowMethods": ["GET"], "MaxAge": 5}
    api = w.api({"GET /": "own"}, CorsConfiguration=cors)
    asking = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    preflight = await w.call(api, "OPTIONS", "/no/route", asking)
    assert (preflight.status, preflight.body) == (204, b"")
    assert preflight.headers["access-control-allow-origin"] == "https://a.example"
    answer = await w.call(api, "GET", "/", {"Origin": "https://a.example"})
    assert answer.headers["access-control-allow-origin"] == "https://a.example"
    assert "access-control-allow-origin" not in (await w.call(api)).headers
    w.op("delete_cors_configuration", ApiId=api)
    assert (await w.call(api, "OPTIONS", "/", asking)).status == 404
    assert (await w.call(api)).headers["access-control-allow-origin"] == "x"


@in_world
async def test_a_deployment_freezes_the_api(world):
    w = world()
    w.functions["new"] = lambda event: "new"
    api = w.op("create_api", Name="n", ProtocolType="HTTP")["ApiId"]
    route = w.route(api, "GET /", "ok")
    w.op("create_stage", ApiId=api, StageName="$default")
    assert shown(await w.call(api)) == NOT_FOUND
    w.op("create_deployment", ApiId=api, StageName="$default")
    assert (await w.call(api)).text == "ok"
    integration = w.op("get_route", ApiId=api, RouteId=route)["Target"].removeprefix("integrations/")
    w.op("update_integration", ApiId=api, IntegrationId=integration, IntegrationUri=function_arn("new"))
    assert (await w.call(api)).text == "ok"
    w.op("create_deployment", ApiId=api, StageName="$default")
    assert (await w.call(api)).text == "new"


@in_world
async def test_stage_variables_in_a_function_uri(world):
    w = world()
    w.functions["blue"] = lambda event: "blue"
    api = w.api({}, variables={"color": "blue"})
    w.route(api, "GET /", "${stageVariables.color}")
    assert (await w.call(api)).text == "blue"
