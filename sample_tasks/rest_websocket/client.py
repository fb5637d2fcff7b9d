"""Orders two reports: one reader connects while the report is being made, the other when it is ready.

python -m sample_tasks.rest_websocket.client [URL of the emulator]
"""

import json
import time

import httpx
from websockets.sync.client import connect

from sample_tasks.clients import rest_url, start

ORDER = {"reportDate": "2021-01-01", "reportType": "COFFEE_SALES"}
LIMIT = 60


def main(endpoint):
    url = rest_url(endpoint, "reports")
    with httpx.Client(trust_env=False, timeout=LIMIT) as http:
        reports = [follow(http, url, late) for late in (False, True)]
    return 0 if all(report["completed"] and report["pdfUri"] for report in reports) else 1


def follow(http, url, late):
    """Order a report, wait for it at the link of the answer, give it."""
    created = http.post(f"{url}/api/v1/report", json=ORDER)
    print(f"POST /api/v1/report {ORDER} → {created.status_code} {created.text}")
    links = created.json()["_links"]
    if late:
        until = time.monotonic() + LIMIT
        while not http.get(url + links["self"]["href"]).json()["completed"] and time.monotonic() < until:
            time.sleep(0.1)
        print(f"GET {links['self']['href']} → completed")
    with connect(links["updates"]["href"], compression=None, proxy=None) as socket:
        print(f"connected to {links['updates']['href']}")
        frame = socket.recv(LIMIT)
    print(f"frame ← {frame}")
    return json.loads(frame)


if __name__ == "__main__":
    start(main)
