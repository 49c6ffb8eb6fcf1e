"""A reader of the web API and of pages over one keep-alive connection, timed to the last byte."""

import http.client
import json
import time
from typing import Any, Self
from urllib.parse import urlencode

from bench.target import Target


class Api:
    """Asks the target's API as its token may."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._connection = http.client.HTTPConnection(target.host, timeout=30)
        self._cookie = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def timed(self, path: str, **query: str) -> tuple[float, int, bytes]:
        """Seconds, status and body of one GET below `/api/0/`."""
        url = f"{self._target.path}/api/0/{path}" + (f"?{urlencode(query)}" if query else "")
        return self._timed(url, {"Authorization": f"Bearer {self._target.token}"})

    def timed_page(self, path: str) -> tuple[float, int, bytes]:
        """The same for a page, after `sign_in`."""
        return self._timed(self._target.path + path, {"Cookie": self._cookie})

    def sign_in(self) -> None:
        """Signs in by the form, as the target's person."""
        target = self._target
        form = urlencode({"email": target.email, "password": target.password})
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": target.base_url,
        }
        self._connection.request("POST", f"{target.path}/sign-in/", body=form, headers=headers)
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != http.client.SEE_OTHER:
            raise RuntimeError(f"the sign-in was answered {answer.status}")
        self._cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]

    def get(self, path: str, **query: str) -> Any:
        """The JSON of one GET; None when there is no such thing."""
        _, status, body = self.timed(path, **query)
        if status == http.client.NOT_FOUND:
            return None
        if status != http.client.OK:
            raise RuntimeError(f"GET {path} answered {status}: {body[:300]!r}")
        return json.loads(body)

    def send(self, gzipped: bytes) -> None:
        """Delivers one envelope."""
        target = self._target
        self._connection.request(
            "POST",
            f"{target.path}/api/{target.project_id}/envelope/",
            body=gzipped,
            headers={
                "Content-Encoding": "gzip",
                "X-Sentry-Auth": f"Sentry sentry_key={target.public_key}, sentry_version=7",
            },
        )
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != http.client.OK:
            raise RuntimeError(f"the envelope was answered {answer.status}: {body[:300]!r}")

    def _timed(self, url: str, headers: dict[str, str]) -> tuple[float, int, bytes]:
        began = time.perf_counter()
        self._connection.request("GET", url, headers=headers)
        answer = self._connection.getresponse()
        body = answer.read()
        return time.perf_counter() - began, answer.status, body
