"""nginx as an ingress controller runs it: routes and limits of an Ingress before servers that are
given by their ports. Started on a free port, with its files in a directory of its own.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.database_servers import MissingServerError, free_port, private_directory

_ANNOTATION = "nginx.ingress.kubernetes.io/"
_DIRECTIVES = {
    "proxy-body-size": "client_max_body_size",
    "proxy-read-timeout": "proxy_read_timeout",
    "proxy-send-timeout": "proxy_send_timeout",
    "proxy-buffering": "proxy_buffering",
}
_SETTINGS = """\
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{upstreams}
    server {{
        listen 127.0.0.1:{port};
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_next_upstream error timeout;
        proxy_next_upstream_tries 3;
{directives}
{locations}
    }}
}}
"""


class Nginx:
    """A proxy that turns away no server for its failures: whether it is ready, Kubernetes says."""

    def __init__(self, folder: Path, ingress: Mapping[str, Any], ports: Sequence[int]) -> None:
        self.port = free_port()
        self._config = folder / "nginx.conf"
        self._log = folder / "error.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._config.write_text(
            _SETTINGS.format(
                user="user root;" if os.geteuid() == 0 else "",
                folder=folder,
                port=self.port,
                upstreams=_upstreams(ingress, ports),
                directives=_directives(ingress),
                locations=_locations(ingress),
            )
        )

    def start(self) -> None:
        program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if program is None:
            raise MissingServerError("nginx is not installed: run scripts/setup --with tests")
        command = [program, "-c", str(self._config), "-e", str(self._log)]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(10)
            self._process = None

    def complaints(self) -> str:
        """What nginx logged."""
        return self._log.read_text() if self._log.exists() else ""


@contextmanager
def running_nginx(ingress: Mapping[str, Any], ports: Sequence[int]) -> Iterator[Nginx]:
    """A proxy with the rules of an Ingress, before the servers that listen on `ports`."""
    with private_directory("urgentry-nginx-") as folder:
        proxy = Nginx(folder, ingress, ports)
        proxy.start()
        try:
            yield proxy
        finally:
            proxy.stop()


def _paths(ingress: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The paths of the rules, each with the Service to which it leads."""
    for rule in ingress["spec"]["rules"]:
        for path in rule["http"]["paths"]:
            yield path["path"], path["backend"]["service"]["name"]


def _upstreams(ingress: Mapping[str, Any], ports: Sequence[int]) -> str:
    servers = " ".join(f"server 127.0.0.1:{port} max_fails=0;" for port in ports)
    names = sorted({service for _, service in _paths(ingress)})
    return "\n".join(f"    upstream {name} {{ {servers} keepalive 320; }}" for name in names)


def _directives(ingress: Mapping[str, Any]) -> str:
    annotations = ingress["metadata"].get("annotations", {})
    return "\n".join(
        f"        {directive} {annotations[_ANNOTATION + name]};"
        for name, directive in _DIRECTIVES.items()
        if _ANNOTATION + name in annotations
    )


def _locations(ingress: Mapping[str, Any]) -> str:
    """A prefix is one of whole parts of a path."""
    lines = []
    for path, service in _paths(ingress):
        passed = f"{{ proxy_pass http://{service}; }}"
        lines.append(f"        location {path.rstrip('/')}/ {passed}")
        if path != "/":
            lines.append(f"        location = {path} {passed}")
    return "\n".join(lines)
