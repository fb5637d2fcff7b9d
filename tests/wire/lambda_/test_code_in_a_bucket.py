"""Functions and layers whose zip lies in a bucket, as deploy tools upload them (AWS docs, FunctionCode)."""

import io
import json
import zipfile

import pytest
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::000000000000:role/r"
pytestmark = pytest.mark.aws_stack({"buckets": {"code": {}}})


def zipped(name, text):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(name, text)
    return data.getvalue()


@pytest.fixture
def put(aws_client):
    """Put a zip with one module; its version's id where the bucket has versions."""

    def put(key, text, name="app.py"):
        return aws_client("s3").put_object(Bucket="code", Key=key, Body=zipped(name, text)).get("VersionId")

    return put


def answer(functions):
    return json.loads(functions.invoke(FunctionName="f")["Payload"].read())


def test_functions_and_layers(aws_client, put):
    functions = aws_client("lambda")
    aws_client("s3").put_bucket_versioning(Bucket="code", VersioningConfiguration={"Status": "Enabled"})
    put("layer.zip", "SHARED = 'shared'\n", "python/bucket_layer.py")
    layer = functions.publish_layer_version(LayerName="l", Content={"S3Bucket": "code", "S3Key": "layer.zip"})
    first = put("app.zip", "import bucket_layer\ndef handler(event, context):\n    return bucket_layer.SHARED\n")
    second = put("app.zip", "def handler(event, context):\n    return 'second'\n")
    made = functions.create_function(
        FunctionName="f",
        Runtime="python3.12",
        Role=ROLE,
        Handler="app.handler",
        Layers=[layer["LayerVersionArn"]],
        Code={"S3Bucket": "code", "S3Key": "app.zip", "S3ObjectVersion": first},
    )
    assert made["CodeSize"] > 0
    assert answer(functions) == "shared"
    functions.update_function_code(FunctionName="f", S3Bucket="code", S3Key="app.zip")
    assert answer(functions) == "second"
    assert second != first


@pytest.mark.parametrize(
    ("bucket", "key", "code"),
    [("code", "missing.zip", "NoSuchKey"), ("no-such-bucket-here", "app.zip", "NoSuchBucket")],
)
def test_what_is_not_there(aws_client, bucket, key, code):
    with pytest.raises(ClientError) as refused:
        aws_client("lambda").create_function(
            FunctionName="f",
            Runtime="python3.12",
            Role=ROLE,
            Handler="app.handler",
            Code={"S3Bucket": bucket, "S3Key": key},
        )
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
    assert code in refused.value.response["Error"]["Message"]
