"""What is to be found at a port of this machine."""

import errno
import http.client
import json
import os
import socket
from typing import Final

from corpusbuilder.errors import BackendError, UsageError

HOST: Final = "127.0.0.1"
_TIMEOUT_S: Final = 3.0
_TRIED: Final = 100


def check_port(port: int) -> None:
    """Refuse a port that cannot be had, saying what is there. None is chosen instead.

    Raises:
        BackendError: it is taken.
        UsageError: it may not be used.
    """
    problem = _problem(port)
    if problem is None:
        return
    if problem != errno.EADDRINUSE:
        raise UsageError(f"port {port} cannot be used: {os.strerror(problem)}", hint="--port 8080")
    free = next((other for other in range(port + 1, min(port + _TRIED, 65536)) if _problem(other) is None), None)
    version = label_studio_at(port)
    what = f"a Label Studio, {version}, that is not the one of this workspace" if version else "another program"
    raise BackendError(f"port {port} is taken by {what}", hint=f"name another: --port {free or 'N'}", repeat=False)


def is_healthy(port: int) -> bool:
    """Whether a Label Studio there says that it can be used."""
    answer = _get(port, "/health")
    return isinstance(answer, dict) and answer.get("status") == "UP"


def label_studio_at(port: int) -> str | None:
    """The version of the Label Studio at a port, or None when there is something else or nothing."""
    answer = _get(port, "/api/version")
    release = answer.get("release") if isinstance(answer, dict) else None
    return str(release) if release else None


def _problem(port: int) -> int | None:
    """Why one cannot listen there, as an errno."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError as error:
            return error.errno or errno.EINVAL
    return None


def _get(port: int, path: str) -> object:
    connection = http.client.HTTPConnection(HOST, port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return json.loads(answer.read(1_000_000)) if answer.status == http.client.OK else None
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
