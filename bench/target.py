"""The server that is measured, as the load generator sees it: a DSN and, where there is one, an
API token. Any Sentry-compatible server will do.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where events go and where they can be read."""

    base_url: str
    host: str
    public_key: str
    project_id: str
    path: str = ""
    token: str = ""
    organization: str = ""
    project: str = ""
    email: str = ""
    password: str = ""
    """Of somebody who may look at pages."""

    def request(self, gzipped: bytes) -> bytes:
        """A whole HTTP request that delivers one gzipped envelope."""
        return (
            f"POST {self.path}/api/{self.project_id}/envelope/ HTTP/1.1\r\n"
            f"Host: {self.host}\r\n"
            "User-Agent: sentry.python/2.75.0\r\n"
            "Content-Type: application/x-sentry-envelope\r\n"
            "Content-Encoding: gzip\r\n"
            f"Content-Length: {len(gzipped)}\r\n"
            f"X-Sentry-Auth: Sentry sentry_key={self.public_key}, sentry_version=7, "
            "sentry_client=sentry.python/2.75.0\r\n\r\n"
        ).encode() + gzipped


def target_of(dsn: str, *, token: str = "", organization: str = "", project: str = "") -> Target:
    """The target that `dsn` names; plain HTTP only, since TLS would measure the generator."""
    parts = urlsplit(dsn)
    path, _, project_id = parts.path.rpartition("/")
    host = f"{parts.hostname}:{parts.port or 80}"
    return Target(
        base_url=f"http://{host}",
        host=host,
        public_key=parts.username or "",
        project_id=project_id,
        path=path,
        token=token,
        organization=organization,
        project=project,
    )
