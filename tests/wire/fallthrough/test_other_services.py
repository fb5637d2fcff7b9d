"""SES, SSM, Secrets Manager, KMS, Cognito, STS, IAM and CloudWatch as they are in moto; and what is nobody's."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner

from emulator.cli import main

Client = Callable[..., Any]


def mails(emulator: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(f"{emulator.url}/_emulator/mails").json()["mails"]
    return found


def test_mails_of_ses_can_be_read(aws_client: Client, aws_emulator: Any) -> None:
    ses = aws_client("ses")
    ses.verify_email_identity(EmailAddress="me@example.com")
    sent = ses.send_email(
        Source="me@example.com",
        Destination={"ToAddresses": ["you@example.com"], "CcAddresses": ["c@example.com"]},
        Message={"Subject": {"Data": "Häl"}, "Body": {"Text": {"Data": "plain"}, "Html": {"Data": "<b>rich</b>"}}},
    )
    (mail,) = mails(aws_emulator)
    assert mail["id"] == sent["MessageId"]
    assert (mail["sender"], mail["to"], mail["cc"]) == ("me@example.com", ["you@example.com"], ["c@example.com"])
    assert (mail["subject"], mail["text"], mail["html"]) == ("Häl", "plain", "<b>rich</b>")


def test_mails_on_the_command_line(aws_client: Client, aws_emulator: Any) -> None:
    ses = aws_client("ses")
    ses.verify_email_identity(EmailAddress="me@example.com")
    for name in ("a", "b"):
        message = {"Subject": {"Data": f"for {name}"}, "Body": {"Text": {"Data": "line one\nline two"}}}
        ses.send_email(Source="me@example.com", Destination={"ToAddresses": [f"{name}@x.y"]}, Message=message)
    shown = CliRunner().invoke(main, ["mails", "--to", "b@x.y", "--endpoint", aws_emulator.url]).output.splitlines()
    assert shown[0].endswith("me@example.com -> b@x.y")
    assert shown[1:] == ["  subject:  for b", "  | line one", "  | line two"]
    as_json = CliRunner().invoke(main, ["mails", "--json", "--endpoint", aws_emulator.url]).output
    assert [mail["subject"] for mail in json.loads(as_json)] == ["for a", "for b"]


def test_raw_mails_of_sesv2_are_taken_apart(aws_client: Client, aws_emulator: Any) -> None:
    ses = aws_client("sesv2")
    ses.create_email_identity(EmailIdentity="me@example.com")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "me@example.com", "you@example.com", "files"
    message.set_content("see below")
    message.add_attachment(b"PK", maintype="application", subtype="zip", filename="a.zip")
    ses.send_email(FromEmailAddress="me@example.com", Content={"Raw": {"Data": bytes(message)}})
    (mail,) = mails(aws_emulator)
    assert (mail["to"], mail["subject"]) == (["you@example.com"], "files")
    assert (mail["text"].strip(), mail["attachments"]) == ("see below", ["a.zip"])


def test_nobody_sends_mail_unverified(aws_client: Client, aws_emulator: Any) -> None:
    body = {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}
    with pytest.raises(ClientError) as failure:
        aws_client("ses").send_email(Source="no@example.com", Destination={"ToAddresses": ["a@b.c"]}, Message=body)
    assert failure.value.response["Error"]["Code"] == "MessageRejected"
    assert mails(aws_emulator) == []


def test_parameters_and_secrets(aws_client: Client) -> None:
    ssm, secrets = aws_client("ssm"), aws_client("secretsmanager")
    ssm.put_parameter(Name="/a/b", Value="1", Type="SecureString")
    assert ssm.get_parameter(Name="/a/b", WithDecryption=True)["Parameter"]["Value"] == "1"
    secrets.create_secret(Name="s", SecretString="hidden")
    assert secrets.get_secret_value(SecretId="s")["SecretString"] == "hidden"


def test_keys(aws_client: Client) -> None:
    kms = aws_client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    sealed = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"x"


@pytest.mark.aws_stack({}, clock="manual")
def test_tokens_of_a_user_pool_and_its_keys(aws_client: Client, aws_emulator: Any, aws_clock: Any) -> None:
    cognito = aws_client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="p")["UserPool"]["Id"]
    flows = ["ADMIN_NO_SRP_AUTH"]
    app = cognito.create_user_pool_client(UserPoolId=pool, ClientName="c", ExplicitAuthFlows=flows)
    app_id = app["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool, Username="u")
    cognito.admin_set_user_password(UserPoolId=pool, Username="u", Password="Passw0rd!", Permanent=True)
    tokens = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=app_id,
        AuthFlow="ADMIN_NO_SRP_AUTH",
        AuthParameters={"USERNAME": "u", "PASSWORD": "Passw0rd!"},
    )["AuthenticationResult"]
    head, claims, _ = (_decoded(part) for part in tokens["IdToken"].split("."))
    assert claims["iss"] == f"https://cognito-idp.us-east-1.amazonaws.com/{pool}"
    assert claims["exp"] == int(aws_clock.now) + 3600
    keys = httpx.get(f"{aws_emulator.url}/{pool}/.well-known/jwks.json").json()["keys"]
    assert head["kid"] in [key["kid"] for key in keys]


def _decoded(part: str) -> Any:
    raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    try:
        return json.loads(raw)
    except ValueError:
        return None


def test_roles_and_who_one_is(aws_client: Client) -> None:
    iam, sts = aws_client("iam"), aws_client("sts")
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]
    assert role["Arn"] == "arn:aws:iam::000000000000:role/r"
    assumed = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="me")
    assert assumed["AssumedRoleUser"]["Arn"] == "arn:aws:sts::000000000000:assumed-role/r/me"
    assert sts.get_caller_identity()["Account"] == "000000000000"


def test_metrics(aws_client: Client) -> None:
    metrics = aws_client("cloudwatch")
    metrics.put_metric_data(Namespace="n", MetricData=[{"MetricName": "m", "Value": 1.0}])
    assert [metric["MetricName"] for metric in metrics.list_metrics(Namespace="n")["Metrics"]] == ["m"]


@pytest.mark.parametrize(
    ("service", "operation"),
    [("rekognition", "list_collections"), ("ecr", "describe_registry"), ("ec2", "describe_vpcs")],
)
def test_what_nobody_serves_is_named(aws_client: Client, service: str, operation: str) -> None:
    with pytest.raises(ClientError) as failure:
        getattr(aws_client(service), operation)()
    error = failure.value.response
    assert error["Error"]["Code"] == "NotImplemented"
    assert service in error["Error"]["Message"]
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_an_operation_that_moto_lacks_is_named(aws_client: Client) -> None:
    with pytest.raises(ClientError) as failure:
        aws_client("secretsmanager").stop_replication_to_replica(SecretId="s")
    error = failure.value.response["Error"]
    assert error["Code"] == "NotImplemented"
    assert "stop_replication_to_replica" in error["Message"]


def test_moto_s_account_header_has_no_say(aws_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_ACCOUNT_ID", "999999999999")
    iam = aws_client("iam")
    iam.meta.events.register("before-send.iam", lambda request, **_: request.headers.update({"x-moto-account-id": "1"}))
    arn = iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    assert arn == "arn:aws:iam::000000000000:role/r"
