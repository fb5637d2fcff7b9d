"""The program of the task: plain Python that would be a container's entry point on Fargate."""

import os
import tempfile
import time
import zipfile

import boto3

A_WEEK = 7 * 24 * 3600


def main():
    table, request_id = os.environ["TABLE_NAME"], os.environ["REQUEST_ID"]
    database = boto3.client("dynamodb")
    key = {"requestId": {"S": request_id}}
    request = database.get_item(TableName=table, Key=key)["Item"]
    names = [name["S"] for name in request["files"]["L"]]
    print(f"request {request_id}: {len(names)} files")

    link = zip_and_upload(os.environ["BUCKET_NAME"], names, f"zips/{request_id}.zip")
    send_mail(request["email"]["S"], link)
    database.update_item(
        TableName=table,
        Key=key,
        UpdateExpression="SET #s = :done, link = :link",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":done": {"S": "DONE"}, ":link": {"S": link}},
    )
    print(f"request {request_id}: done")


def zip_and_upload(bucket, names, target):
    """A link to the archive that anybody may fetch."""
    storage = boto3.client("s3")
    with tempfile.TemporaryFile() as archive:
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
            for name in names:
                print(f"  {name}")
                zipped.writestr(name, storage.get_object(Bucket=bucket, Key=name)["Body"].read())
        time.sleep(float(os.environ.get("WORK_SECONDS", "0")))  # the files are small here
        archive.seek(0)
        storage.upload_fileobj(archive, bucket, target)
    return storage.generate_presigned_url("get_object", {"Bucket": bucket, "Key": target}, ExpiresIn=A_WEEK)


def send_mail(to, link):
    boto3.client("ses").send_email(
        Source=os.environ["SENDER"],
        Destination={"ToAddresses": [to]},
        Message={
            "Subject": {"Data": "Your files are ready"},
            "Body": {"Text": {"Data": f"Fetch them within a week:\n{link}\n"}},
        },
    )
