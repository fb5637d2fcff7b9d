"""What the samples' clients share: where the emulator is, and how to talk to it."""

import os
import sys

import boto3

ENDPOINT = "http://127.0.0.1:4566"


def client(service, endpoint):
    """A boto3 client; on AWS it would be ``boto3.client(service)``."""
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client(service, endpoint_url=endpoint, region_name="us-east-1", **keys)


def rest_url(endpoint, name, stage="dev"):
    """Where a REST API's stage is; on AWS ``https://{id}.execute-api.{region}.amazonaws.com/{stage}``."""
    apis = client("apigateway", endpoint).get_rest_apis(limit=500)["items"]
    found = [api["id"] for api in apis if api["name"] == name]
    if not found:
        raise SystemExit(f"there is no REST API {name!r} at {endpoint}: start it with emulator up sample_tasks/…")
    return f"{endpoint}/_aws/execute-api/{found[0]}/{stage}"


def start(main):
    """Run a client from the command line: ``python -m sample_tasks.NAME.client [URL]``."""
    url = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("AWS_ENDPOINT_URL", ENDPOINT)
    raise SystemExit(main(url.rstrip("/")))
