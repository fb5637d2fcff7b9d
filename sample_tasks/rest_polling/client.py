"""Asks for a report, polls until it is there, fetches it.

python -m sample_tasks.rest_polling.client [URL of the emulator]
"""

import time

import httpx

from sample_tasks.clients import rest_url, start

REQUEST = {"reportDate": "2021-01-01", "reportType": "COFFEE_SALES"}
LIMIT = 60


def main(endpoint):
    url = rest_url(endpoint, "reports")
    with httpx.Client(trust_env=False, timeout=LIMIT) as http:
        place = order(http, url)
        report = wait(http, url + place)
        file = http.get(report["pdfUri"])
    print(f"GET {report['pdfUri'].partition('?')[0]} → {file.status_code}, {len(file.content)} bytes")
    return 0 if file.content.startswith(b"%PDF") else 1


def order(http, url):
    """POST; gives the path where the report will be."""
    posted = http.post(f"{url}/api/v1/report", json=REQUEST)
    print(f"POST /api/v1/report {REQUEST} → {posted.status_code} {posted.text.strip()}")
    return posted.headers["Location"]


def wait(http, url):
    """Poll until the report is completed."""
    polls, until = 1, time.monotonic() + LIMIT
    while not (found := http.get(url).json())["completed"] and time.monotonic() < until:
        polls += 1
        time.sleep(0.05)
    print(f"GET {url} → completed: {found['completed']} after {polls} polls")
    return found


if __name__ == "__main__":
    start(main)
