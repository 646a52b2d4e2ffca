"""Every way in which a server can fail us, over real sockets."""

import json
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from fakes.gateway import Answer, Gateway

from corpusbuilder.backends.labelstudio.client import connect
from corpusbuilder.backends.labelstudio.client import connection as connection_module
from corpusbuilder.errors import BackendError, MissingExtraError

KEY = "0123456789abcdef0123456789abcdef01234567"
HTML = b"<!doctype html><html><body><h1>Something else</h1></body></html>"
NO_PROJECT = {"id": "a", "status_code": 404, "version": "1.23.2", "detail": "No Project matches the given query."}
PROJECT = {"id": 1, "title": "t", "created_at": "2026-11-22T10:31:23.117667Z", "maximum_annotations": 1}
TASK = {
    "id": 5,
    "data": {"example_id": "ex_1"},
    "created_at": "2026-11-22T10:31:23.117667Z",
    "updated_at": "2026-11-22T10:31:23.117667Z",
    "annotations": [],
    "predictions": [],
}
HEALTHY = {
    "/api/version": {"release": "1.23.2"},
    "/api/current-user/whoami": {"id": 1, "email": "lead@example.org"},
    "/api/projects/1/": PROJECT,
    "/api/projects/1/import": {"task_count": 1},
    "/api/tasks/": {"total": 1, "tasks": [TASK]},
}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    """Between attempts; the list of what would have been waited."""
    waits = []
    clock = SimpleNamespace(sleep=waits.append, monotonic=time.monotonic)
    monkeypatch.setattr(connection_module, "time", clock)
    monkeypatch.setattr(connection_module, "backoff", lambda attempt: 0.0)
    return waits


@pytest.fixture
def gateway():
    """In good health until ``behave`` says otherwise."""
    with Gateway(lambda asked: None) as gateway:
        yield gateway


def healthy(asked):
    return Answer(body=HEALTHY[asked.path]) if asked.path in HEALTHY else None


def failing(path, *answers, method=None):
    """Answers for a path, one after the other, and good health then and elsewhere."""
    left = list(answers)

    def behave(asked):
        matches = asked.path == path and (method is None or asked.method == method)
        return left.pop(0) if matches and left else healthy(asked)

    return behave


def connected(gateway, key=KEY):
    return connect(gateway.url, key, url_env="MY_URL", api_key_env="MY_KEY")


def project_of(gateway):
    gateway.behave = healthy
    return connected(gateway).project(1)


def failure(work):
    """How it ends; nothing secret is in it."""
    with pytest.raises(BackendError) as caught:
        work()
    error = caught.value
    assert KEY not in f"{error!r} {error.message} {error.hint} {error.__cause__}"
    assert "@" not in error.message
    return error


@pytest.mark.parametrize(
    "url", ["", "localhost:8080", "ftp://here", "http://", "http://[::1", "http://a b/", "http://a:x"]
)
def test_what_is_no_address_is_refused_with_an_example(url):
    error = failure(lambda: connect(url, KEY, url_env="MY_URL", api_key_env="MY_KEY"))
    assert error.message == "MY_URL is not the address of a server"
    assert "export MY_URL=http://localhost:8080" in error.hint


@pytest.mark.parametrize("key", ["", "  ", "two words", "clé", "a\nb"])
def test_what_cannot_be_a_key_is_refused_before_it_is_sent(gateway, key):
    error = failure(lambda: connected(gateway, key))
    assert "MY_KEY holds no key that can be sent" in error.message
    assert not gateway.log


@pytest.mark.parametrize("page", ["/", "/projects/3/data?tab=1&task=4", "/user/account", "/api/projects/"])
def test_the_address_of_a_page_leads_to_its_server_and_credentials_in_it_are_dropped(gateway, page):
    gateway.behave = healthy
    url = gateway.url.replace("http://", "http://me:secret@")
    with connect(url + page, KEY, url_env="MY_URL", api_key_env="MY_KEY") as server:
        assert (server.url, server.version) == (gateway.url, "1.23.2")


def test_a_server_below_a_path_is_asked_below_it_for_tokens_too(gateway):
    gateway.behave = lambda asked: Answer(401, NO_PROJECT)
    failure(lambda: connect(gateway.url + "/studio/", a_personal_token(), url_env="MY_URL", api_key_env="MY_KEY"))
    assert gateway.log
    assert all(asked.path.startswith("/studio/api/") for asked in gateway.log)


def a_personal_token():
    import jwt

    return jwt.encode({"token_type": "refresh", "exp": 8_000_000_000}, "of the server, which we do not know" * 2)


@pytest.mark.parametrize("release", ["1.19.9", "0.9.1", "1.8.0"])
def test_an_old_server_is_told_what_is_supported(gateway, release):
    gateway.behave = failing("/api/version", Answer(body={"release": release}))
    error = failure(lambda: connected(gateway))
    assert f"is Label Studio {release}; 1.20 and later are supported" in error.message
    assert not error.repeat


@pytest.mark.parametrize("release", ["1.20.0", "1.23.2", "2.0.0.post1", "1.24.0+12.gabc"])
def test_a_newer_server_is_taken(gateway, release):
    gateway.behave = failing("/api/version", Answer(body={"release": release}))
    assert connected(gateway).version == release


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404, HTML),
        Answer(200, HTML),
        Answer(200, {"version": "3"}),
        Answer(200, ["release"]),
        Answer(200, {"release": 5}),
        Answer(200, {"release": "latest"}),
        Answer(200, b""),
        Answer(200, b"[" * 200_000),
        Answer(204),
        Answer(404, {"detail": "Not Found"}),
    ],
)
def test_another_program_at_the_address_is_recognised(gateway, answer):
    gateway.behave = lambda asked: answer
    error = failure(lambda: connected(gateway))
    assert gateway.url in error.message
    assert "MY_URL" in error.hint


def test_nobody_at_the_address_is_told_at_once(no_waiting):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        error = failure(lambda: connect(url, KEY, url_env="MY_URL", api_key_env="MY_KEY"))
    assert "cannot be reached" in error.message
    assert "refused" in error.message
    assert "review serve" in error.hint
    assert not no_waiting


def test_a_name_that_does_not_exist_is_told():
    error = failure(lambda: connect("http://nowhere.invalid", KEY, url_env="MY_URL", api_key_env="MY_KEY"))
    assert "http://nowhere.invalid cannot be reached" in error.message


def test_a_certificate_nobody_vouches_for_is_told(tmp_path):
    subprocess.run(
        [
            *[
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-subj",
                "/CN=localhost",
                "-keyout",
                "key",
                "-out",
                "certificate",
            ]
        ],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            with pytest.raises(OSError), listening.accept()[0] as one:  # noqa: PT011 - the client hangs up
                context.wrap_socket(one, server_side=True)

        thread = threading.Thread(target=serve)
        thread.start()
        url = f"https://127.0.0.1:{listening.getsockname()[1]}"
        error = failure(lambda: connect(url, KEY, url_env="MY_URL", api_key_env="MY_KEY"))
        thread.join()
    assert "certificate" in error.message.lower()


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_not_accepted_names_its_variable(gateway, status):
    refused = Answer(status, {"status_code": status, "detail": f"Invalid token {KEY} of lead@example.org."})
    gateway.behave = failing("/api/current-user/whoami", refused)
    error = failure(lambda: connected(gateway))
    assert "MY_KEY" in error.message
    assert "Invalid token" in error.message
    assert "MY_KEY" in error.hint


def test_a_redirect_is_not_followed_and_told(gateway):
    with Gateway(healthy) as other:
        target = other.url.replace("http://", "http://u:p@") + "/login?next=secret"
        gateway.behave = lambda asked: Answer(302, b"", {"Location": target})
        error = failure(lambda: connected(gateway))
        assert not other.log
    assert f"export MY_URL={other.url}" in error.hint
    assert "secret" not in f"{error.message}{error.hint}"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_reading_is_tried_again_after_what_may_pass(gateway, status):
    project = project_of(gateway)
    gateway.behave = failing("/api/projects/1/", Answer(status, HTML), Answer(status, HTML))
    assert project.counts().tasks == 0
    gateway.behave = failing("/api/projects/1/", *[Answer(status, HTML)] * 9)
    assert str(status) in failure(project.counts).message


def test_reading_waits_as_long_as_it_is_told_to_but_not_for_hours(gateway, no_waiting):
    project = project_of(gateway)
    gateway.behave = failing("/api/projects/1/", Answer(429, b"", {"Retry-After": "7"}))
    project.counts()
    assert no_waiting == [7]
    gateway.behave = failing("/api/projects/1/", Answer(429, b"", {"Retry-After": "7200"}))
    assert "too often" in failure(project.counts).message
    assert no_waiting == [7]


@pytest.mark.parametrize("cut_at", [0, 1, 30])
def test_reading_is_tried_again_after_a_broken_answer(gateway, cut_at):
    project = project_of(gateway)
    broken = Answer(200, PROJECT, cut_at=cut_at)
    gateway.behave = failing("/api/projects/1/", broken, broken)
    assert project.counts().tasks == 0
    gateway.behave = failing("/api/projects/1/", *[broken] * 9)
    assert "no whole answer" in failure(project.counts).message


@pytest.mark.parametrize(
    "answer",
    [Answer(200, {"task_count": 1}, cut_at=0), Answer(200, {"task_count": 1}, cut_at=5)]
    + [Answer(status, HTML) for status in (500, 502, 503, 504)],
)
def test_a_change_whose_answer_is_lost_is_not_made_again(gateway, answer):
    project = project_of(gateway)
    gateway.behave = failing("/api/projects/1/import", answer)
    error = failure(lambda: project.add([{"data": {}}]))
    assert len(gateway.asked("POST", "/api/projects/1/import")) == 1
    assert "the same command goes on" in error.hint


def test_a_change_that_was_put_off_is_made_later(gateway, no_waiting):
    project = project_of(gateway)
    gateway.behave = failing("/api/projects/1/import", Answer(429, b"", {"Retry-After": "2"}))
    project.add([{"data": {}}])
    assert len(gateway.asked("POST", "/api/projects/1/import")) == 2
    assert no_waiting == [2]


def test_a_batch_that_is_too_large_goes_in_parts(gateway):
    def behave(asked):
        if asked.path != "/api/projects/1/import":
            return healthy(asked)
        number = len(asked.json())
        return Answer(413, HTML) if number > 3 else Answer(201, {"task_count": number})

    project = project_of(gateway)
    gateway.behave = behave
    project.add([{"data": {"n": n}} for n in range(10)])
    taken = [asked.json() for asked in gateway.asked("POST", "/api/projects/1/import") if len(asked.json()) <= 3]
    assert [task["data"]["n"] for part in taken for task in part] == list(range(10))


def test_one_task_that_is_too_large_is_told(gateway):
    project = project_of(gateway)
    gateway.behave = failing("/api/projects/1/import", Answer(413, HTML))
    assert "413" in failure(lambda: project.add([{"data": {}}])).message


def test_a_project_that_is_not_there_is_no_failure_but_another_programs_page_is(gateway):
    gateway.behave = failing("/api/projects/2/", Answer(404, NO_PROJECT))
    server = connected(gateway)
    assert server.project(2) is None
    assert "does not have" in failure(lambda: server.project(3)).message


@pytest.mark.parametrize(
    "page",
    [
        {},
        {"tasks": []},
        {"total": 1, "tasks": [{}]},
        {"total": 1, "tasks": "all"},
        {"total": 1, "tasks": [TASK | {"id": "5"} | {"updated_at": "yesterday"}]},
        {"total": 1, "tasks": [TASK | {"data": None}]},
        {"total": 9, "tasks": [TASK, TASK]},
        {"total": 9, "tasks": [TASK | {"id": -3}]},
        [],
        None,
    ],
)
def test_answers_without_what_belongs_in_them_end_the_listing(gateway, page):
    project = project_of(gateway)
    gateway.behave = lambda asked: Answer(200, page if page is not None else b"null")
    assert "does not say" in failure(lambda: list(project.tasks())).message


def test_a_server_that_shows_the_same_page_again_and_again_is_left(gateway):
    project = project_of(gateway)
    gateway.behave = lambda asked: Answer(200, {"total": 9, "tasks": [TASK]})
    failure(lambda: list(project.tasks()))
    assert len(gateway.asked("GET", "/api/tasks/")) == 2


def test_odd_annotations_are_read_as_far_as_they_go(gateway):
    project = project_of(gateway)
    times = {"created_at": "2026-11-22T10:31:23Z", "updated_at": "2026-11-22T12:31:23.5+02:00"}
    users = {"completed_by": {"id": 4, "email": "a@example.org"}, "updated_by": [{"user_id": 5}]}
    odd = {"id": 1, **times, **users, "lead_time": 1e400, "result": None}
    body = b'{"total": 1, "tasks": [%b]}' % json.dumps(TASK | {"annotations": [odd]}).encode()
    gateway.behave = lambda asked: Answer(200, body)
    (change,) = project.changed(None)
    (annotation,) = change.annotations
    assert (annotation.user_id, annotation.editor_id) == (4, None)
    assert (annotation.seconds, annotation.result) == (None, (None,))
    assert (annotation.updated_at - annotation.created_at).total_seconds() == 0.5


def test_answers_without_end_are_cut_off(gateway, monkeypatch):
    monkeypatch.setattr(connection_module, "_LARGEST", 2**20)
    project = project_of(gateway)
    gateway.behave = lambda asked: Answer(200, b"[" + b" " * 2**22)
    assert "more than 1 MiB" in failure(project.counts).message


def test_silence_ends(gateway, monkeypatch):
    monkeypatch.setattr(connection_module, "_SILENCE_S", 0.2)
    released = threading.Event()
    project = project_of(gateway)

    def behave(asked):
        released.wait(10)
        return healthy(asked)

    gateway.behave = behave
    error = failure(lambda: project.update(title="new"))
    released.set()
    assert "no whole answer" in error.message
    assert "whether it was done is not known" in error.message


def test_without_the_sdk_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "label_studio_sdk", None)
    with pytest.raises(MissingExtraError) as caught:
        connect("http://localhost", KEY, url_env="MY_URL", api_key_env="MY_KEY")
    assert "corpusbuilder[review]" in caught.value.hint


def test_the_client_is_imported_without_the_sdk():
    code = "import sys, corpusbuilder.backends.labelstudio.client; sys.exit('label_studio_sdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[4], check=False).returncode == 0


def test_an_interruption_passes(gateway):
    project = project_of(gateway)

    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection_module, "retry_after", interrupt)
        gateway.behave = lambda asked: Answer(503)
        with pytest.raises(KeyboardInterrupt):
            project.counts()
