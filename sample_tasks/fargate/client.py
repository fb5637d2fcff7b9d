"""Asks for two files in one archive, waits for it, and fetches what the mail's link leads to.

python -m sample_tasks.fargate.client [URL of the emulator]
"""

import io
import time
import zipfile

import httpx

from sample_tasks.clients import client, rest_url, start

FILES = {"a.csv": b"id,name\n1,Ada\n", "b.csv": b"id,name\n2,Bert\n"}
REQUEST = {"email": "u@example.com", "files": list(FILES)}
SENDER = "downloads@example.com"
LIMIT = 60


def main(endpoint):
    prepare(endpoint)
    url = f"{rest_url(endpoint, 'downloads')}/downloads"
    with httpx.Client(trust_env=False, timeout=LIMIT) as http:
        began = time.monotonic()
        accepted = http.post(url, json=REQUEST)
        print(f"POST /downloads {REQUEST} → {accepted.status_code} {accepted.text} ({time.monotonic() - began:.2f} s)")
        found = wait(http, f"{url}/{accepted.json()['requestId']}")
        if found["status"] != "DONE":
            return 1
        show_task(endpoint)
        return fetch(http, endpoint)


def prepare(endpoint):
    """What was there before: files, and an address that may send mail."""
    storage = client("s3", endpoint)
    for name, content in FILES.items():
        storage.put_object(Bucket="files", Key=name, Body=content)
    client("ses", endpoint).verify_email_identity(EmailAddress=SENDER)


def wait(http, url):
    """Poll until the request is done."""
    polls, until = 1, time.monotonic() + LIMIT
    while (found := http.get(url).json())["status"] != "DONE" and time.monotonic() < until:
        polls += 1
        time.sleep(0.05)
    print(f"GET /downloads/{found['requestId']} → {found['status']} after {polls} polls")
    return found


def show_task(endpoint):
    """The task has done its work; how it ended is known a moment later."""
    ecs = client("ecs", endpoint)
    while not (stopped := ecs.list_tasks(cluster="zip", desiredStatus="STOPPED")["taskArns"]):
        time.sleep(0.05)
    (task,) = ecs.describe_tasks(cluster="zip", tasks=stopped[-1:])["tasks"]
    print(f"task {task['taskArn'].rpartition('/')[2]}: {task['lastStatus']}, {task['containers'][0].get('exitCode')}")


def fetch(http, endpoint):
    """Follow the link in the latest mail."""
    mail = http.get(f"{endpoint}/_emulator/mails", params={"to": REQUEST["email"]}).json()["mails"][-1]
    link = next(word for word in mail["text"].split() if word.startswith("http"))
    archive = zipfile.ZipFile(io.BytesIO(http.get(link).content))
    print(f"mail {mail['subject']!r} to {mail['to'][0]}: {link.partition('?')[0]} holds {archive.namelist()}")
    return 0 if {name: archive.read(name) for name in archive.namelist()} == FILES else 1


if __name__ == "__main__":
    start(main)
