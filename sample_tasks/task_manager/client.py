"""Posts two tasks and polls them until they are done.

python -m sample_tasks.task_manager.client [URL of the emulator]
"""

import time

import httpx

from sample_tasks.clients import rest_url, start

TASKS = (
    {"tenantId": "t1", "type": "EXPORT", "requestPayload": {"from": "2024-01-01"}},
    {"tenantId": "t1", "type": "EXPORT"},
)
LIMIT = 60


def main(endpoint):
    url = rest_url(endpoint, "tasks")
    with httpx.Client(trust_env=False, timeout=LIMIT) as http:
        statuses = [follow(http, url, task) for task in TASKS]
    return 0 if statuses == ["SUCCESSFUL", "FAILED"] else 1


def follow(http, url, task):
    """Post a task, print each new status, give the last one."""
    created = http.post(f"{url}/tasks", json=task)
    print(f"POST /tasks {task} → {created.status_code} {created.text}")
    path = f"/tasks/{task['tenantId']}/{created.json()['taskId']}"
    status, until = "", time.monotonic() + LIMIT
    while status not in ("SUCCESSFUL", "FAILED") and time.monotonic() < until:
        found = http.get(url + path).json()
        if found["status"] != status:
            status = found["status"]
            print(f"GET {path} → {status} {found.get('result', '')}".rstrip())
        time.sleep(0.1)
    return status


if __name__ == "__main__":
    start(main)
