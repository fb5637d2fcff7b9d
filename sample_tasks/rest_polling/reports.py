"""Makes the reports that the table's stream asks for."""

import os

import boto3

s3 = boto3.client("s3")
dynamodb = boto3.client("dynamodb")


def make(event, context):
    """A PDF into the bucket, then its address into the item."""
    for record in event["Records"]:
        item = record["dynamodb"]["NewImage"]
        place = {"Bucket": os.environ["BUCKET"], "Key": f"{item['id']['S']}.pdf"}
        text = f"{item['reportType']['S']} {item['reportDate']['S']}"
        s3.put_object(**place, Body=pdf(text), ContentType="application/pdf")
        dynamodb.update_item(
            TableName=os.environ["TABLE"],
            Key={"id": item["id"]},
            UpdateExpression="SET completed = :yes, pdfUri = :uri",
            ExpressionAttributeValues={
                ":yes": {"BOOL": True},
                ":uri": {"S": s3.generate_presigned_url("get_object", Params=place, ExpiresIn=3600)},
            },
        )


def pdf(text):
    """One page with one line."""
    shown = text.encode("latin-1", "replace").translate(None, b"()\\")
    drawing = b"BT /F1 24 Tf 72 720 Td (" + shown + b") Tj ET"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawing), drawing),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    document, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(document))
        document += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return document + table + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(document)
