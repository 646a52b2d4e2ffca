import json
import os
import socket
import sys
from pathlib import Path

import pytest
import studio as label_studio
from processes import until

from corpusbuilder.backends.labelstudio.server import images, installing, local_image_url, running, serves_assets
from corpusbuilder.backends.labelstudio.server.accounts import has_account, make_account, remember_account
from corpusbuilder.backends.labelstudio.server.environment import environment
from corpusbuilder.backends.labelstudio.server.folder import ServerFolder
from corpusbuilder.backends.labelstudio.server.installing import REQUIREMENT, Installation, existing, install, installed
from corpusbuilder.backends.labelstudio.server.ports import check_port, is_healthy, label_studio_at
from corpusbuilder.backends.labelstudio.server.running import locked
from corpusbuilder.errors import BackendError, StorageError


@pytest.fixture
def folder(tmp_path):
    workspace = tmp_path / "Géo 2"
    (workspace / "assets").mkdir(parents=True)
    return ServerFolder(workspace)


@pytest.fixture
def listener():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def test_nothing_of_our_environment_reaches_the_server(monkeypatch, folder):
    for name in (
        "LABEL_STUDIO_API_KEY",
        "LABEL_STUDIO_HOST",
        "HOST",
        "DEBUG",
        "SECRET_KEY",
        "OPENAI_API_KEY",
        "PYTHONPATH",
    ):
        monkeypatch.setenv(name, "ours")
    assert "ours" not in environment(folder.data, folder.document_root).values()


def test_the_address_of_an_image_survives_blanks_and_accents():
    assert local_image_url("ab/a b é.png") == "/data/local-files/?d=assets/ab/a%20b%20%C3%A9.png"


@pytest.mark.parametrize("place", ["../parse/x.jsonl", "ab/../../parse/x.jsonl", "/etc/passwd", ""])
def test_only_images_among_the_assets_have_an_address(place):
    with pytest.raises(ValueError, match="not in the folder of assets"):
        local_image_url(place)


def marked(folder, **told):
    folder.root.mkdir(parents=True, exist_ok=True)
    folder.marker.write_text(json.dumps(told))


@pytest.mark.parametrize(
    ("url", "is_it"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://127.0.0.1:8080/", True),
        ("http://localhost:8080", True),
        ("http://[::1]:8080", True),
        ("http://127.0.0.1:8081", False),
        ("https://127.0.0.1:8080", False),
        ("http://127.0.0.1:8080/studio", False),
        ("http://studio.example.org:8080", False),
        ("http://127.0.0.1:port", False),
        ("", False),
    ],
)
def test_the_server_of_a_workspace_is_known_by_its_address(folder, url, is_it):
    with locked(folder):
        marked(folder, url="http://127.0.0.1:8080", pid=os.getpid())
        assert serves_assets(folder.workspace, url) is is_it


def test_what_a_killed_server_left_is_not_taken_for_a_server(folder):
    marked(folder, url="http://127.0.0.1:8080", pid=os.getpid())
    assert not serves_assets(folder.workspace, "http://127.0.0.1:8080")
    with locked(folder):
        pass
    assert not serves_assets(folder.workspace, "http://127.0.0.1:8080")


def test_a_broken_marker_is_no_server(folder):
    with locked(folder):
        folder.marker.write_text('{"url": ')
        assert not serves_assets(folder.workspace, "http://127.0.0.1:8080")


def test_a_second_server_on_a_workspace_is_told_where_the_first_is(folder):
    with locked(folder):
        with pytest.raises(BackendError, match="is setting up the server"), locked(folder):
            pass
        marked(folder, url="http://127.0.0.1:8080", pid=4711)
        with pytest.raises(BackendError, match=r"runs already, at http://127\.0\.0\.1:8080") as refused, locked(folder):
            pass
        assert "kill 4711" in refused.value.hint
    with locked(folder):
        assert images.served_assets(folder.workspace) == folder.served_assets


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_workspace_that_may_only_be_read_is_refused(folder):
    folder.workspace.chmod(0o500)
    with pytest.raises(StorageError, match="Permission denied"), locked(folder):
        pass


def test_a_port_that_another_program_has_is_refused_and_a_free_one_named(listener):
    with pytest.raises(BackendError, match=f"port {listener} is taken by another program") as refused:
        check_port(listener)
    named = int(refused.value.hint.split()[-1])
    assert named != listener
    check_port(named)


def test_a_label_studio_at_the_port_is_named(studio):
    port = int(studio.url.rpartition(":")[2])
    assert is_healthy(port)
    with pytest.raises(BackendError, match=r"a Label Studio, 1\.23\.\d+, that is not the one of this workspace"):
        check_port(port)


def test_a_program_that_accepts_and_says_nothing_is_no_label_studio(listener, monkeypatch):
    monkeypatch.setattr("corpusbuilder.backends.labelstudio.server.ports._TIMEOUT_S", 0.1)
    assert not is_healthy(listener)
    assert label_studio_at(listener) is None


def test_the_prepared_installation_is_recognised_by_its_script_and_its_python():
    found = label_studio.installation()
    assert existing(found.python).version == existing(found.python.with_name("label-studio")).version == found.version


@pytest.mark.parametrize("trace", [None, "", "[]", '{"requirement": "label-studio>=1.22,<1.23", "version": "1.22.0"}'])
def test_an_installation_that_is_not_complete_or_of_another_version_does_not_count(tmp_path, trace):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    if trace is not None:
        (tmp_path / "corpusbuilder.json").write_text(trace)
    assert installed(tmp_path) is None
    (tmp_path / "corpusbuilder.json").write_text(json.dumps({"requirement": REQUIREMENT, "version": "1.23.2"}))
    assert installed(tmp_path) == Installation(tmp_path / "bin" / "python", "1.23.2")


def test_an_interrupted_installation_is_made_anew_and_a_failing_pip_is_quoted(tmp_path, monkeypatch):
    venv, said = tmp_path / "v é" / "venv", []
    (venv / "bin").mkdir(parents=True)
    (venv / "left.over").touch()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(BackendError, match="No matching distribution found for label-studio") as failed:
        install(venv, said.append)
    assert "--label-studio PATH" in failed.value.hint
    assert not (venv / "left.over").exists()
    assert "75 s and 1 GB" in said[0]
    assert installed(venv) is None


def test_a_disk_without_room_is_found_before_anything_is_downloaded(tmp_path, monkeypatch):
    monkeypatch.setattr(installing, "SPACE_BYTES", 10**18)
    with pytest.raises(StorageError, match="this disk has less"):
        install(tmp_path / "venv", lambda text: None)


def test_a_disk_that_fills_up_meanwhile_is_a_matter_of_storage():
    says = "import sys; print('OSError: [Errno 28] No space left on device'); sys.exit(1)"
    with pytest.raises(StorageError, match="no space left on the disk"):
        installing._run([sys.executable, "-c", says], lambda text: None)


def test_a_long_installation_says_that_it_goes_on(monkeypatch):
    said = []
    monkeypatch.setattr(installing, "_EVERY_S", 0.1)
    installing._run([sys.executable, "-c", "import time; time.sleep(0.5)"], said.append)
    assert any("still installing" in line for line in said)


def python_with(folder, version):
    """A Python that knows of such a label-studio, as far as its metadata go."""
    about = folder / f"label_studio-{version}.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: label-studio\nVersion: {version}\n")
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{folder}" exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return python


@pytest.mark.parametrize("version", ["1.22.9", "1.24.0", "2.0"])
def test_a_label_studio_of_another_version_is_refused_by_name(tmp_path, version):
    with pytest.raises(BackendError, match=f"this is Label Studio {version}"):
        existing(python_with(tmp_path / "a b", version))


def test_a_label_studio_of_the_right_version_is_taken(tmp_path):
    assert existing(python_with(tmp_path / "a b", "1.23.0")).version == "1.23.0"


@pytest.mark.parametrize("name", ["label-studio", "python"])
def test_what_is_no_label_studio_is_refused(tmp_path, name):
    with pytest.raises(BackendError, match="there is no Python beside it"):
        existing(tmp_path / name)
    with pytest.raises(BackendError, match="has no label-studio"):
        existing(Path(sys.executable))


def test_a_program_that_makes_no_account_is_quoted(folder, tmp_path):
    with pytest.raises(BackendError, match=r"did not make an account(.|\n)*ModuleNotFoundError"):
        make_account(folder, Installation(Path(sys.executable), "1.23.0"))
    assert not has_account(folder)
    remember_account(folder)
    assert not has_account(folder), "the database is gone: nobody's credentials fit"


def test_a_disk_that_is_too_small_for_the_database_is_a_matter_of_storage(folder, tmp_path):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'django.db.utils.OperationalError: database or disk is full' >&2\nexit 1\n")
    python.chmod(0o755)
    with pytest.raises(StorageError, match="no space left on the disk"):
        make_account(folder, Installation(python, "1.23.0"))


def test_a_server_that_dies_while_it_starts_is_quoted_and_leaves_nothing(folder, tmp_path):
    folder.data.mkdir(parents=True)
    with (
        pytest.raises(
            BackendError, match=r"ended while it started, with exit code 1(.|\n)*No module named 'label_studio'"
        ),
        locked(folder) as lock,
        running.running(folder, Installation(Path(sys.executable), "1.23.0"), port=label_studio.free_port(), lock=lock),
    ):
        pytest.fail("it did not start")
    assert not folder.marker.exists()


def test_a_server_that_does_not_come_up_is_ended_in_time(folder, tmp_path):
    folder.data.mkdir(parents=True)
    sleeper = tmp_path / "python"
    sleeper.write_text("#!/bin/sh\nexec sleep 60\n")
    sleeper.chmod(0o755)
    with (
        pytest.raises(BackendError, match=r"did not answer within 1 s(.|\n)*it said nothing"),
        locked(folder) as lock,
        running.running(folder, Installation(sleeper, "1.23.0"), port=label_studio.free_port(), lock=lock, timeout_s=1),
    ):
        pytest.fail("it did not start")
    with locked(folder):
        pass  # nobody holds the lock


def test_an_installation_that_is_interrupted_leaves_no_process(monkeypatch, tmp_path):
    """Whatever pip had started is ended, too."""
    monkeypatch.setattr(installing, "_EVERY_S", 0.3)
    written = tmp_path / "pid"
    says = (
        "import subprocess; sleeper = subprocess.Popen(['sleep', '60']); "
        f"open({str(written)!r}, 'w').write(str(sleeper.pid)); sleeper.wait()"
    )

    def interrupt(text):
        if written.exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        installing._run([sys.executable, "-c", says], interrupt)
    assert until(lambda: not label_studio.is_alive(int(written.read_text())), seconds=5)
