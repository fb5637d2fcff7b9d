"""JWT authorizers, with an issuer that answers without a socket."""

import json

import pytest
from apigateway_http_world import START, in_world

from emulator.http_out import HttpAnswer, HttpFailedError
from emulator.services.apigateway.http import jwt_keys
from emulator.services.apigateway.http.jwt_authorizer import claims_as_text

jwt = pytest.importorskip("joserfc.jwt")
jwk = pytest.importorskip("joserfc.jwk")

ISSUER = "https://issuer.example/pool"
KEYS = {name: jwk.RSAKey.generate_key(2048, {"kid": name}) for name in ("k1", "k2")}
CLAIMS = {"iss": ISSUER, "aud": "app", "exp": START + 3600, "sub": "u1"}


class Issuer:
    """Answers discovery; ``asked`` holds the URLs."""

    def __init__(self, monkeypatch, *keys):
        self.keys = keys
        self.asked = []
        self.down = False
        monkeypatch.setattr(jwt_keys, "send_request", self._answer)

    async def _answer(self, ground, method, url, **options):
        self.asked.append((url, dict(options["headers"]).get("Host")))
        if self.down:
            raise HttpFailedError("down")
        if url.endswith("/openid-configuration"):
            document = {"jwks_uri": "https://issuer.example/keys"}
        else:
            document = {"keys": [KEYS[name].as_dict(private=False) for name in self.keys]}
        return HttpAnswer(200, (), json.dumps(document).encode())


def token(kid="k1", alg="RS256", **claims):
    return jwt.encode({"alg": alg, "kid": kid}, {**CLAIMS, **claims}, KEYS[kid])


def guarded(w, scopes=(), version="2.0", issuer=ISSUER):
    api = w.api()
    made = w.op(
        "create_authorizer",
        ApiId=api,
        Name="jwt",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": issuer, "Audience": ["app"]},
    )
    route = {"AuthorizationType": "JWT", "AuthorizerId": made["AuthorizerId"], "AuthorizationScopes": list(scopes)}
    w.route(api, "GET /", "ok", {"PayloadFormatVersion": version}, **route)
    return api


@pytest.fixture
def issuer(monkeypatch):
    return Issuer(monkeypatch, "k1")


def test_a_good_token(issuer):
    @in_world
    async def run(world):
        w = world()
        api = guarded(w)
        assert (await w.call(api, headers={"authorization": f"Bearer {token()}"})).status == 200
        assert (await w.call(api, headers={"authorization": token()})).status == 200
        expected = {"iss": ISSUER, "aud": "app", "exp": "1700003600", "sub": "u1"}
        assert w.events[-1]["requestContext"]["authorizer"] == {"jwt": {"claims": expected, "scopes": None}}
        assert [url for url, _ in issuer.asked] == [
            f"{ISSUER}/.well-known/openid-configuration",
            "https://issuer.example/keys",
        ]

    run()


def test_claims_in_format_1(issuer):
    @in_world
    async def run(world):
        w = world()
        api = guarded(w, ["a"], "1.0")
        await w.call(api, headers={"authorization": token(scope="a b")})
        shown = w.events[-1]["requestContext"]["authorizer"]
        assert (shown["claims"]["sub"], shown["scopes"]) == ("u1", ["a", "b"])

    run()


def test_scopes(issuer):
    @in_world
    async def run(world):
        w = world()
        api = guarded(w, ["tasks/read", "tasks/write"])
        for claims, status in (({"scope": "x tasks/read"}, 200), ({"scp": ["tasks/write"]}, 200), ({}, 403)):
            answer = await w.call(api, headers={"authorization": token(**claims)})
            assert answer.status == status
        assert answer.text == '{"message":"Forbidden"}'
        await w.call(api, headers={"authorization": token(scope="x tasks/read")})
        assert w.events[-1]["requestContext"]["authorizer"]["jwt"]["scopes"] == ["x", "tasks/read"]

    run()


def test_bad_tokens(issuer):
    @in_world
    async def run(world):
        w = world()
        api = guarded(w)
        missing = await w.call(api)
        assert (missing.status, missing.text) == (401, '{"message":"Unauthorized"}')
        assert missing.headers["www-authenticate"] == "Bearer"
        head, body, signature = token().split(".")
        secret = jwk.OctKey.import_key("secret-secret-secret-secret-secret")
        bad = {
            "no token": "rubbish",
            "three rubbish parts": "a.b.c",
            "expired": token(exp=START),
            "no expiry": token(exp=None),
            "not yet": token(nbf=START + 10),
            "issued later": token(iat=START + 10),
            "audience": token(aud="other"),
            "issuer": token(iss="https://other.example"),
            "signature": f"{head}.{body}.{signature[:-8]}AAAAAAAA",
            "key": token("k2"),
            "symmetric": jwt.encode({"alg": "HS256", "kid": "k1"}, CLAIMS, secret),
        }
        for name, text in bad.items():
            answer = await w.call(api, headers={"authorization": f"Bearer {text}"})
            assert (answer.status, answer.text) == (401, '{"message":"Unauthorized"}'), name
            challenge = answer.headers["www-authenticate"]
            assert challenge.startswith('Bearer scope="" error="invalid_token" error_description="'), name
        assert w.events == []

    run()


def test_client_id_stands_in_for_the_audience(issuer):
    @in_world
    async def run(world):
        w = world()
        api = guarded(w)
        claims = {name: value for name, value in CLAIMS.items() if name != "aud"}
        text = jwt.encode({"alg": "RS256", "kid": "k1"}, {**claims, "client_id": "app"}, KEYS["k1"])
        assert (await w.call(api, headers={"authorization": text})).status == 200

    run()


def test_keys_are_kept_for_two_hours_and_a_new_one_is_asked_for(issuer):
    @in_world
    async def run(world):
        w = world()
        api = guarded(w)
        later = {"exp": START + 100_000}
        await w.call(api, headers={"authorization": token(**later)})
        issuer.down = True
        assert (await w.call(api, headers={"authorization": token(**later)})).status == 200
        await w.ground.clock.advance(7200)
        assert (await w.call(api, headers={"authorization": token(**later)})).status == 401
        issuer.down = False
        issuer.keys = ("k1", "k2")
        assert (await w.call(api, headers={"authorization": token("k2", **later)})).status == 200

    run()


def test_a_user_pools_issuer_is_the_emulator(issuer):
    @in_world
    async def run(world):
        w = world()
        pool = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc"
        api = guarded(w, issuer=pool)
        await w.call(api, headers={"authorization": token(iss=pool)})
        url = f"{w.ground.base_url}/us-east-1_abc/.well-known/openid-configuration"
        assert issuer.asked[0] == (url, "cognito-idp.us-east-1.amazonaws.com")

    run()


def test_claims_are_texts():
    claims = {"n": 1, "b": True, "l": ["admin", "poweruser"], "o": {"a": 1}, "z": None, "s": "x"}
    assert claims_as_text(claims) == {"n": "1", "b": "true", "l": "[admin poweruser]", "o": '{"a":1}', "s": "x"}
