"""What people change through the API, ingest heeds within a second."""

import time
import uuid

import httpx

from tests.server.running_server import RunningServer

SECOND = 1.0


def send(server: RunningServer, project_id: str, key: str) -> int:
    """Sends an event; the status."""
    answer = httpx.post(
        f"{server.base_url}/api/{project_id}/store/",
        params={"sentry_key": key, "sentry_version": "7"},
        json={"event_id": uuid.uuid4().hex, "message": "hello"},
    )
    return answer.status_code


def wait_for(server: RunningServer, project_id: str, key: str, *, accepted: bool) -> None:
    """Sends until it is accepted, or refused; fails after a second."""
    deadline = time.monotonic() + SECOND
    while (send(server, project_id, key) == 200) is not accepted:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_keys_are_made_turned_off_and_deleted(server: RunningServer) -> None:
    made = server.bootstrap(project=f"p{uuid.uuid4().hex[:8]}")
    headers = {"Authorization": f"Bearer {made.auth_token}"}
    path = f"/api/0/projects/{made.organization}/{made.project}"
    with httpx.Client(base_url=server.base_url, headers=headers) as api:
        key = api.post(f"{path}/keys/", json={"name": "second"}).json()["public"]
        wait_for(server, made.project_id, key, accepted=True)
        api.put(f"{path}/keys/{key}/", json={"isActive": False}).raise_for_status()
        wait_for(server, made.project_id, key, accepted=False)
        api.put(f"{path}/keys/{key}/", json={"isActive": True}).raise_for_status()
        wait_for(server, made.project_id, key, accepted=True)
        api.delete(f"{path}/keys/{key}/").raise_for_status()
        wait_for(server, made.project_id, key, accepted=False)


def test_a_deleted_project_takes_nothing(server: RunningServer) -> None:
    made = server.bootstrap(project=f"p{uuid.uuid4().hex[:8]}")
    headers = {"Authorization": f"Bearer {made.auth_token}"}
    path = f"/api/0/projects/{made.organization}/{made.project}/"
    with httpx.Client(base_url=server.base_url, headers=headers) as api:
        [key] = api.get(f"{path}keys/").json()
        wait_for(server, made.project_id, key["public"], accepted=True)
        assert api.delete(path).status_code == 204
        wait_for(server, made.project_id, key["public"], accepted=False)
        assert api.get(path).status_code == 404
