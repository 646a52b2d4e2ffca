"""A real Label Studio for tests, from the environment that `make` prepares, and people who use it.

Run as a program it keeps a server for as long as the process that asked for it lives:
``python tests/studio.py WORKSPACE PORT WATCHED_PID``.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import httpx
import pytest

from corpusbuilder.backends.labelstudio.server.accounts import make_account
from corpusbuilder.backends.labelstudio.server.folder import ServerFolder
from corpusbuilder.backends.labelstudio.server.installing import installed
from corpusbuilder.backends.labelstudio.server.running import locked, running

ENVIRONMENT = Path(__file__).parents[1] / ".venv-studio"
TEMPLATE = ENVIRONMENT / "template"
"""A data folder as after a first start, which takes half a minute."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def installation():
    """The Label Studio that `make` installed."""
    found = installed(ENVIRONMENT)
    if found is None:
        pytest.fail(f"{ENVIRONMENT} holds no Label Studio; `make test` installs it", pytrace=False)
    return found


def free_port():
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass(frozen=True)
class Person:
    """Somebody with an account; ``token`` is of the legacy kind."""

    id: int
    email: str
    password: str
    token: str

    @property
    def headers(self):
        return {"Authorization": f"Token {self.token}"}


@dataclass(frozen=True)
class Studio:
    """A server that runs, or did."""

    workspace: str
    url: str
    pid: int
    owner: Person
    invitation: str

    @property
    def environ(self):
        """What a person who uses it has in the environment."""
        return {"LABEL_STUDIO_URL": self.url, "LABEL_STUDIO_API_KEY": self.owner.token}

    def client(self, person=None):
        """The SDK as a person uses it; the owner if not said otherwise."""
        from label_studio_sdk import LabelStudio

        return LabelStudio(base_url=self.url, api_key=(person or self.owner).token)

    def call(self, method, path, body=None, *, person=None, **query):
        """One request to the API; the decoded answer. What is not a success fails the test."""
        answer = httpx.request(
            method,
            self.url + path,
            json=body,
            params=query or None,
            headers=(person or self.owner).headers,
            timeout=120,
        )
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:1000]}"
        return answer.json() if answer.content else None

    def add_annotator(self, name=None):
        """Sign somebody up through the invitation link, as a person would."""
        email = f"{name or 'annotator'}-{secrets.token_hex(4)}@example.org"
        password = secrets.token_urlsafe(12)
        with httpx.Client(base_url=self.url, timeout=60, follow_redirects=True) as session:
            session.get(self.invitation).raise_for_status()
            form = {"email": email, "password": password, "csrfmiddlewaretoken": session.cookies["csrftoken"]}
            session.post(self.invitation, data=form, headers={"Referer": self.url}).raise_for_status()
            token = session.get("/api/current-user/token").raise_for_status().json()["token"]
            number = session.get("/api/current-user/whoami").raise_for_status().json()["id"]
        return Person(number, email, password, token)

    def personal_token(self, person):
        """A token of the other kind, which one can be given once: it gets access tokens of five minutes."""
        return self.call("POST", "/api/token/", person=person)["token"]

    def annotate(self, task, result, *, person=None, lead_time=12.5, prediction=None, skip=False):
        """Submit, or skip, a task as the browser does; the annotation as the server has it."""
        body = {
            "result": result,
            "lead_time": lead_time,
            "was_cancelled": skip,
            "draft_id": 0,
            "parent_prediction": prediction,
            "parent_annotation": None,
            "started_at": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() - lead_time)),
        }
        return self.call("POST", f"/api/tasks/{task}/annotations/", body, person=person)

    def update_annotation(self, annotation, result, *, person=None, lead_time=20.0):
        """Change what was submitted."""
        body = {"result": result, "lead_time": lead_time, "was_cancelled": False}
        return self.call("PATCH", f"/api/annotations/{annotation}/", body, person=person)

    def forget_counts(self, task):
        """As if the server had lost that the numbers of a task have changed."""
        path = ServerFolder(Path(self.workspace)).data / "label_studio.sqlite3"
        with sqlite3.connect(path, timeout=60) as database:
            database.execute("UPDATE task SET total_annotations = 0, cancelled_annotations = 0 WHERE id = ?", (task,))

    def kill(self):
        """End the server as a power cut would. The shared server is for all: kill only one of your own."""
        os.kill(self.pid, signal.SIGKILL)
        while is_alive(self.pid) or ServerFolder(Path(self.workspace)).marker.exists():
            time.sleep(0.02)

    def restart(self):
        """The same server again, at the same port, with the same accounts."""
        return start(Path(self.workspace), port=int(self.url.rpartition(":")[2]), owner=self)


@contextmanager
def page(studio, person=None, *, width=1366, height=768):
    """A page of a real browser in which somebody is logged in; a test without a browser skips."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is installed")
    person = person or studio.owner
    with sync_playwright() as playwright:
        quiet = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=path, args=quiet)
        shown = browser.new_page(base_url=studio.url, viewport={"width": width, "height": height})
        shown.goto("/user/login/")
        shown.fill("input[name=email]", person.email)
        shown.fill("input[name=password]", person.password)
        shown.click("button[type=submit]")
        shown.wait_for_url(lambda url: "/user/login" not in url)
        yield shown
        browser.close()


def is_alive(pid):
    """Whether a process exists; one that nobody collected does not count."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def start(workspace, *, port=None, owner=None, watched=None):
    """Start a server on a workspace; it ends with the process ``watched``, this one if not said otherwise.

    ``owner`` is the server that ran there before. Images are served from the workspace's assets.
    """
    folder = ServerFolder(Path(workspace).resolve())
    port = port or free_port()
    answer = folder.root / "studio.json"
    folder.root.mkdir(parents=True, exist_ok=True)
    (folder.workspace / "assets").mkdir(exist_ok=True)
    answer.unlink(missing_ok=True)
    errors = folder.root / "keeper.log"
    command = [sys.executable, __file__, folder.workspace, port, watched or os.getpid()]
    with errors.open("wb") as log:
        keeper = subprocess.Popen(
            [*map(str, command), "old" if owner else "new"], stdout=log, stderr=log, start_new_session=True
        )
    while not answer.exists():
        if keeper.poll() is not None:
            pytest.fail(f"Label Studio does not start:\n{errors.read_text()}", pytrace=False)
        time.sleep(0.05)
    told = json.loads(answer.read_text())
    if owner:
        return replace(owner, pid=told["pid"])
    return Studio(**{**told, "owner": Person(**told["owner"])})


def shared(root, watched):
    """The one server that all processes of a test run use; the first that asks starts it."""
    from filelock import FileLock

    root.mkdir(exist_ok=True)
    told = root / "studio.json"
    with FileLock(root / "lock"):
        if not told.exists():
            studio = start(root / "ws", watched=watched)
            told.write_text(json.dumps(asdict(studio)))
    said = json.loads(told.read_text())
    return Studio(**{**said, "owner": Person(**said["owner"])})


def keep(workspace, port, watched, *, is_new):
    """Run the server until the watched process is gone, or the server."""
    folder, found = ServerFolder(workspace), installation()
    if is_new and TEMPLATE.exists() and not folder.data.exists():
        shutil.copytree(TEMPLATE, folder.data)
    with locked(folder) as lock:
        credentials = make_account(folder, found) if is_new else None
        with running(folder, found, port=port, lock=lock) as server:
            told = {"workspace": str(workspace), "url": server.url, "pid": server.process.pid}
            if credentials:
                headers = {"Authorization": f"Token {credentials.token}"}
                number = httpx.get(f"{server.url}/api/current-user/whoami", headers=headers, timeout=60).json()["id"]
                person = Person(number, credentials.user, credentials.password, credentials.token)
                told |= {"owner": asdict(person), "invitation": credentials.invitation}
            partial = folder.root / "studio.json.tmp"
            partial.write_text(json.dumps(told))
            partial.rename(folder.root / "studio.json")
            while is_alive(watched) and server.process.poll() is None:
                time.sleep(0.2)


if __name__ == "__main__":
    keep(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), is_new=sys.argv[4] == "new")
