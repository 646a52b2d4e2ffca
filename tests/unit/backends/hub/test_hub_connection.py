"""What is asked again and what is not, who sees the token, and what a server may say."""

import json

import pytest
from fakes.hub import Blob, Repo
from fakes.hubrelease import REPO, TOKEN, connect
from fakes.hubserver import Fault, running_hub

from corpusbuilder.backends.hub import repository
from corpusbuilder.backends.hub.address import HubAddress
from corpusbuilder.backends.hub.connection import ATTEMPTS, Connection
from corpusbuilder.backends.hub.failures import LostError, RefusedError
from corpusbuilder.backends.hub.files import LocalFile
from corpusbuilder.backends.hub.repository import Repository
from corpusbuilder.backends.hub.uploading import Uploader
from corpusbuilder.errors import BackendError

WHO = "/api/whoami-v2"


@pytest.fixture
def server():
    with running_hub() as running:
        yield running


def says(server, status, headers, body):
    server.hub.answer = lambda *request: (status, headers, body)


@pytest.mark.parametrize("kind", ["500", "503", "429", "reset", "drop", "garbage"])
def test_a_read_is_repeated_after_what_may_pass(server, kind):
    server.faults = [Fault(kind, 1, ATTEMPTS - 1)]
    with connect(server) as connection:
        assert connection.get(WHO, "asking").document["name"] == "marie"
    assert len(server.log) == ATTEMPTS


@pytest.mark.parametrize(("kind", "error"), [("500", RefusedError), ("reset", LostError), ("drop", LostError)])
def test_it_is_given_up_in_the_end(server, kind, error):
    server.faults = [Fault(kind, 1, 99)]
    with connect(server) as connection, pytest.raises(error):
        connection.get(WHO, "asking")
    assert len(server.log) == ATTEMPTS


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 501])
def test_what_will_not_pass_is_asked_once(server, status):
    server.faults = [Fault(str(status), 1, 99)]
    with connect(server) as connection, pytest.raises(RefusedError, match="fault"):
        connection.get(WHO, "asking")
    assert len(server.log) == 1


def test_a_server_that_says_nothing_is_waited_for_twice(server):
    server.faults = [Fault("hang", 1, 99)]
    with connect(server, timeout_s=0.2) as connection, pytest.raises(LostError):
        connection.get(WHO, "asking")
    assert len(server.log) == 2


@pytest.mark.parametrize("kind", ["500", "reset"])
def test_what_must_not_happen_twice_is_sent_once(server, kind):
    server.faults = [Fault(kind, 1, 99)]
    with connect(server) as connection, pytest.raises((RefusedError, LostError)):
        connection.post("/api/repos/create", "making", {}, once=True)
    assert len(server.log) == 1


@pytest.mark.parametrize(
    ("headers", "least"),
    [({"Retry-After": "7"}, 7), ({"RateLimit": '"api";r=0;t=9'}, 9), ({"RateLimit": '"api";r=5;t=50'}, 0)],
)
def test_the_server_says_how_long_to_wait(server, headers, least):
    waits = []
    says(server, 429, headers, {"error": "slow down"})
    address = HubAddress(server.url, REPO, TOKEN)
    with Connection(address, sleep=waits.append) as connection, pytest.raises(RefusedError):
        connection.get(WHO, "asking")
    assert len(waits) == ATTEMPTS - 1
    assert all(least <= wait < least + 9 for wait in waits)


def test_a_read_follows_a_redirect_and_takes_the_token_nowhere_else(server):
    with running_hub() as elsewhere:
        says(elsewhere, 200, {}, {"found": True})
        says(server, 302, {"Location": f"{elsewhere.url}/there"}, b"")
        with connect(server) as connection:
            assert connection.get(WHO, "asking").document == {"found": True}
    assert "authorization" in server.sent[0]
    assert "authorization" not in elsewhere.sent[0]


def test_a_write_does_not_follow_one(server):
    says(server, 307, {"Location": f"{server.url}/there"}, b"")
    with connect(server) as connection, pytest.raises(RefusedError, match="elsewhere, which is not followed"):
        connection.post("/api/repos/create", "making", {})
    assert len(server.log) == 1


def test_a_redirect_in_a_circle_ends(server):
    says(server, 302, {"Location": f"{server.url}/again"}, b"")
    with connect(server) as connection, pytest.raises(RefusedError):
        connection.get(WHO, "asking")
    assert len(server.log) < 10


def test_the_servers_words_are_told_without_the_token(server):
    words = f"no\x1b[31m entry for {TOKEN}\n" + "x" * 5_000
    says(server, 400, {}, {"error": words})
    with connect(server) as connection, pytest.raises(RefusedError, match="entry for") as caught:
        connection.get(WHO, "asking")
    assert TOKEN not in caught.value.message
    assert len(caught.value.message) < 500


@pytest.mark.parametrize("document", [[], "text", 3, None, {"sha": 5}])
def test_a_commit_that_is_none_is_told(server, document):
    says(server, 200, {}, json.dumps(document).encode())
    with connect(server) as connection, pytest.raises(BackendError, match="as the Hub does not"):
        Repository(connection).commit_of("main")


@pytest.mark.parametrize("document", [{}, "text", 3, None, [3], [{}], [{"type": "file"}], [{"path": "x"}]])
def test_a_listing_that_is_none_is_told(server, document):
    says(server, 200, {}, json.dumps(document).encode())
    with connect(server) as connection, pytest.raises(BackendError, match="as the Hub does not"):
        Repository(connection).files("main")


@pytest.mark.parametrize("document", [[], {"tags": 3}, {"tags": [{}]}, {"tags": [{"name": "v1"}]}, {"branches": "x"}])
def test_refs_that_are_none_are_told(server, document):
    says(server, 200, {}, json.dumps(document).encode())
    with connect(server) as connection, pytest.raises(BackendError, match="as the Hub does not"):
        Repository(connection).refs()


SCOPED = {"entity": {"type": "user", "name": "marie"}}


@pytest.mark.parametrize(
    ("token", "may"),
    [
        ({"role": "write"}, True),
        ({"role": "read"}, False),
        ({}, True),
        ({"role": "fineGrained"}, True),
        ({"role": "fineGrained", "fineGrained": {"global": [], "scoped": []}}, True),
        ({"role": "fineGrained", "fineGrained": {"scoped": [{**SCOPED, "permissions": ["repo.content.read"]}]}}, False),
        ({"role": "fineGrained", "fineGrained": {"scoped": [{**SCOPED, "permissions": ["repo.write"]}]}}, True),
        ({"role": "fineGrained", "fineGrained": {"scoped": 3}}, True),
    ],
)
def test_a_token_says_whether_it_may_write(server, token, may):
    says(server, 200, {}, {"name": "marie", "auth": {"accessToken": token}})
    with connect(server) as connection:
        assert Repository(connection).account() == ("marie", may)


def test_a_listing_without_end_is_given_up(server, monkeypatch):
    monkeypatch.setattr(repository, "_MOST_PAGES", 50)
    says(server, 200, {"Link": f'<{server.url}/api/datasets/{REPO}/tree/main?cursor=1>; rel="next"'}, [])
    with connect(server) as connection, pytest.raises(BackendError, match="does not end"):
        Repository(connection).files("main")


def test_the_next_page_is_asked_of_the_server_that_we_know(server):
    server.hub.repos[REPO] = Repo()
    server.hub.repos[REPO].write({f"{n}.txt": Blob(b"x") for n in range(9)})
    server.hub.url = "http://somewhere.invalid"
    with connect(server) as connection:
        assert len(Repository(connection).files("main")) == 9


@pytest.mark.parametrize(
    "answer",
    [{}, {"objects": []}, {"objects": [{"oid": 3}]}, {"objects": "x"}, {"objects": [{"oid": "X", "actions": 3}]},
     {"objects": [{"oid": "X", "size": 1, "error": {"code": 422, "message": "too large"}}]},
     {"objects": [{"oid": "X", "size": 1, "actions": {"upload": {"href": "/p", "header": {"chunk_size": "0"}}}}]},
     {"objects": [{"oid": "X", "size": 1, "actions": {"upload": {"href": "/p", "header": {"chunk_size": "zz"}}}}]}],
)  # fmt: skip
def test_uploads_that_are_not_described_are_told(server, tmp_path, answer):
    (tmp_path / "a").write_bytes(b"x")
    file = LocalFile.read(tmp_path, "a")
    says(server, 200, {}, json.dumps(answer).replace('"X"', f'"{file.sha256}"').encode())
    with connect(server) as connection, pytest.raises(BackendError):
        Uploader(connection, "main", lambda file, sent: None).send([file])


def test_an_upload_through_a_mirror_goes_through_the_mirror(server):
    with connect(server) as connection:
        assert connection.absolute("https://huggingface.co/api/x?y=1") == f"{server.url}/api/x?y=1"
        assert connection.absolute("https://s3.example.org/z") == "https://s3.example.org/z"
        assert connection.absolute("/lfs/z") == f"{server.url}/lfs/z"
