"""`review serve` from outside: what a person types, sees and has afterwards."""

import json
import os
import re
import shutil
import signal
import subprocess
from contextlib import contextmanager

import httpx
import psutil
import pytest
import studio as label_studio
from processes import family, left_after
from running import command, corpusbuilder

from corpusbuilder.backends.labelstudio.server import local_image_url, served_assets, serves_assets

pytestmark = pytest.mark.slow
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")
PAGE = '<View><Image name="figure" value="$figure"/></View>'


@pytest.fixture
def workspace(tmp_path):
    """A workspace with an image, and the data folder of a Label Studio in which nobody has an account yet."""
    root = tmp_path / "Géo 2"
    (root / "assets" / "ab").mkdir(parents=True)
    (root / "assets" / "ab" / "a b.png").write_bytes(PNG)
    (root / "corpusbuilder.toml").write_text("# a secret of the workspace")
    (root / "review" / "server").mkdir(parents=True)
    shutil.copytree(label_studio.TEMPLATE, root / "review" / "server" / "data")
    return root


def arguments(workspace, port, *more):
    script = label_studio.installation().python.with_name("label-studio")
    return ["review", "serve", "-w", workspace, "--port", port, "--label-studio", script, *more]


@contextmanager
def serving(workspace, port, *more):
    """The command, once it has said all; it is killed when the block ends, and nothing of it may be left then."""
    run = subprocess.Popen(
        command(*arguments(workspace, port, *more)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    told = ""
    for line in run.stdout:
        told += line
        if line.startswith(("next:", "}")):
            break
    run.told, run.processes = told, family(run.pid)
    try:
        yield run
    finally:
        run.kill()
        run.communicate()
        assert left_after(run.processes, seconds=5) == []


def said(pattern, text):
    return re.search(pattern, text, re.MULTILINE)[1]


def as_token(token):
    return {"Authorization": f"Token {token}"}


def log_in(url, user, password):
    session = httpx.Client(base_url=url, timeout=60)
    session.get("/user/login/")
    form = {"email": user, "password": password, "csrfmiddlewaretoken": session.cookies["csrftoken"]}
    assert session.post("/user/login/", data=form, headers={"Referer": url}).status_code == 302
    return session


def show_images(url, token, workspace):
    """A project whose people may see the images of the workspace."""
    with httpx.Client(base_url=url, headers=as_token(token), timeout=60) as api:
        project = api.post("/api/projects/", json={"title": "corpus", "label_config": PAGE}).json()["id"]
        row = {"project": project, "path": str(served_assets(workspace)), "regex_filter": "(?!)"}
        made = api.post("/api/storages/localfiles/", json=row)
        assert made.status_code == 201, made.text
        synced = api.post(f"/api/storages/localfiles/{made.json()['id']}/sync")
        assert (synced.json()["status"], api.get(f"/api/projects/{project}/").json()["task_number"]) == ("completed", 0)


def test_a_server_from_its_first_start_to_ctrl_c(workspace):
    port = label_studio.free_port()
    url = f"http://127.0.0.1:{port}"
    with serving(workspace, port) as run:
        assert said(r"^export LABEL_STUDIO_URL=(.*)$", run.told) == url
        user, password = said(r"^user: +(.*)$", run.told), said(r"^password: +(.*)$", run.told)
        token = said(r"^export LABEL_STUDIO_API_KEY=(.*)$", run.told)
        invitation = said(r"(http://\S+/user/signup/\?token=\S+)", run.told)
        assert f"next: corpusbuilder review push -w '{workspace}'" in run.told

        assert httpx.get(f"{url}/health").json() == {"status": "UP"}
        assert serves_assets(workspace, url)
        assert listening(run.processes) == {("127.0.0.1", port)}
        images_are_served_to_those_who_are_logged_in(workspace, url, token, log_in(url, user, password))
        people_sign_up_by_invitation_only(url, invitation)

        again = corpusbuilder(*arguments(workspace, label_studio.free_port()))
        assert again.code == 5
        assert f"runs already, at {url}" in again.err
        assert (workspace / "review" / "server" / "accounts.json").exists()

        os.killpg(run.pid, signal.SIGINT)
        out, err = run.communicate(timeout=20)
        assert (run.returncode, out, "Traceback" in err) == (0, "", False)
        assert left_after(run.processes, seconds=0) == []
    assert not serves_assets(workspace, url)
    assert files_with(workspace, [password, token, invitation.rpartition("=")[2]]) == set()


def listening(processes):
    return {
        (place.laddr.ip, place.laddr.port)
        for process in processes
        for place in process.net_connections("inet")
        if place.status == psutil.CONN_LISTEN
    }


def images_are_served_to_those_who_are_logged_in(workspace, url, token, session):
    image = local_image_url("ab/a b.png")
    assert session.get(image).status_code == 404, "no project shows images yet"
    show_images(url, token, workspace)
    shown = session.get(image)
    assert (shown.status_code, shown.headers["content-type"], shown.content) == (200, "image/png", PNG)
    assert httpx.get(url + image).status_code == 401
    for elsewhere in (
        "../corpusbuilder.toml",
        "assets/../../../../corpusbuilder.toml",
        "assets/%2e%2e/%2e%2e/server.log",
    ):
        refused = session.get(f"/data/local-files/?d={elsewhere}")
        assert refused.status_code >= 400
        assert b"a secret of the workspace" not in refused.content
    more = httpx.post(
        f"{url}/api/storages/localfiles/",
        json={"project": 1, "path": str(workspace / "review")},
        headers=as_token(token),
    )
    assert more.status_code == 400, "nobody can add another folder of the workspace"


def people_sign_up_by_invitation_only(url, invitation):
    def sign_up(link):
        with httpx.Client(timeout=60) as visitor:
            visitor.get(link)
            form = {
                "email": "ann@example.org",
                "password": "correct horse",
                "csrfmiddlewaretoken": visitor.cookies["csrftoken"],
            }
            return visitor.post(link, data=form, headers={"Referer": url}).status_code

    assert sign_up(f"{url}/user/signup/") == 403
    assert sign_up(f"{url}/user/signup/?token=guessed") == 403
    assert sign_up(invitation) == 302


def files_with(workspace, secrets):
    """Files that hold a secret, Label Studio's own data apart."""
    data = workspace / "review" / "server" / "data"
    files = [path for path in workspace.rglob("*") if path.is_file() and data not in path.parents]
    return {path.name for path in files for secret in secrets if secret.encode() in path.read_bytes()}


def test_credentials_outlive_a_kill_until_new_ones_are_wanted(workspace):
    port = label_studio.free_port()
    url = f"http://127.0.0.1:{port}"

    def status(token):
        return httpx.get(f"{url}/api/projects/", headers=as_token(token)).status_code

    with serving(workspace, port, "--json") as run:
        first = json.loads(run.told)
        assert (first["url"], status(first["token"])) == (url, 200)
        run.kill()  # the server's process notices by itself
        run.wait()
        assert left_after(run.processes, seconds=5) == []
    with serving(workspace, port, "--json") as run:
        second = json.loads(run.told)
        assert (second["password"], second["token"], status(first["token"])) == (None, None, 200)
        os.kill(run.pid, signal.SIGTERM)
        run.communicate(timeout=20)
        assert run.returncode == 0
    with serving(workspace, port, "--json", "--new-credentials") as run:
        third = json.loads(run.told)
        assert third["user"] == first["user"]
        assert (status(first["token"]), status(third["token"])) == (401, 200)
        log_in(url, third["user"], third["password"])
        os.kill(third["pid"], signal.SIGKILL)
        out, err = run.communicate(timeout=20)
        assert run.returncode == 5
        assert "Label Studio ended by itself, with signal SIGKILL; its last lines:" in err
        assert json.loads(out)["exit_code"] == 5


def test_nothing_is_set_up_where_there_is_no_corpus(tmp_path):
    done = corpusbuilder("review", "serve", "-w", tmp_path / "typo")
    assert done.code == 3
    assert "there is no corpus here" in done.err
    assert not (tmp_path / "typo").exists()


def test_a_page_of_the_server_asks_nobody_else(studio):
    asked = set()
    with label_studio.page(studio) as page:
        page.on("request", lambda request: asked.add(httpx.URL(request.url).host))
        for path in ("/projects", "/organization", "/user/account", "/logout"):
            page.goto(path, wait_until="networkidle")
    assert asked == {"127.0.0.1"}
