"""The page itself, from the same API: it needs no CORS and no other server."""

from pathlib import Path

PAGE = Path(__file__).with_name("page.html")


def handler(event, context):
    headers = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
    return {"statusCode": 200, "headers": headers, "body": PAGE.read_text(encoding="utf-8")}
