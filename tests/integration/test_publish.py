"""``corpusbuilder publish``: from a workspace to `datasets.load_dataset` on somebody else's machine."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.hubrelease import REPO, TOKEN
from fakes.hubserver import Fault, running_hub
from running import corpusbuilder

LOADING = """
import datasets, json, os, sys
repo, revision = sys.argv[1:]
found = {}
for config in ("examples", "figures", "passages", "documents"):
    loaded = datasets.load_dataset(repo, config, revision=revision)
    streamed = datasets.load_dataset(repo, config, revision=revision, streaming=True)
    for split, part in loaded.items():
        assert next(iter(streamed[split])).keys() == part[0].keys()
        found.setdefault(config, {})[split] = len(part)
print(json.dumps(found), flush=True)
os._exit(0)  # threads that stream over HTTP can abort an interpreter that is taken down in order
"""


@pytest.fixture
def server():
    with running_hub() as running:
        yield running


@pytest.fixture
def publish(server, tmp_path):
    """Runs the command as somebody who has a token in the environment."""

    def run(*arguments, **environ):
        given = {"HF_TOKEN": TOKEN, "HF_ENDPOINT": server.url, "HF_HOME": str(tmp_path / "hf"), **environ}
        return corpusbuilder("publish", *arguments, **given)

    return run


def load(server, tmp_path, revision):
    """What a user of the data set gets."""
    environ = {"HF_ENDPOINT": server.url, "HF_HOME": str(tmp_path / "theirs"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", LOADING, REPO, revision], capture_output=True, text=True, env=environ, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_workspace_is_published_and_loads_by_config_revision_and_as_a_stream(publish, server, workspace, tmp_path):
    rehearsed = publish(REPO, "-w", workspace, "--revision", "v1.2.0", "--dry-run")
    assert rehearsed.code == 0, rehearsed.err
    assert "would be uploaded" in rehearsed.out
    assert "+ data/examples/train-00000-of-00001.parquet" in rehearsed.out
    assert server.hub.repos == {}

    done = publish(REPO, "-w", workspace, "--revision", "v1.2.0", "--json")
    assert done.code == 0, done.err
    repo = server.hub.repos[REPO]
    assert done.json["commit"] == repo.branches["main"] == repo.tags["v1.2.0"]
    assert (done.json["version"], done.json["state"]) == ("1.2.0", "published")
    manifest = json.loads(repo.bytes_of()["release.json"])
    assert manifest["version"] == "1.2.0"
    assert load(server, tmp_path, "v1.2.0") == manifest["rows"]

    again = publish(REPO, "-w", workspace, "--revision", "v1.2.0")
    assert again.code == 0, again.err
    assert "holds this release already" in again.out
    assert len(repo.commits) == 2
    assert TOKEN not in done.out + done.err + again.out + again.err


def test_a_run_that_broke_off_says_how_to_go_on_and_is_completed_by_that(publish, server, workspace):
    server.faults = [Fault("503", 3, 99, matches="PUT /lfs")]
    done = publish(REPO, "-w", workspace, "--revision", "v1.0.0", "--json")
    assert done.code == 5
    assert f"corpusbuilder publish {REPO}" in done.json["resume"]
    assert set(server.hub.repos[REPO].tree()) == {".gitattributes"}
    server.faults = []
    sent = len(server.paths("PUT /lfs"))
    done = publish(REPO, "-w", workspace, "--revision", "v1.0.0", "-q", "--json")
    assert done.code == 0, done.err
    assert server.hub.repos[REPO].tags == {"v1.0.0": done.json["commit"]}
    assert len(server.paths("PUT /lfs")) - sent < done.json["files"]
    assert done.err.strip() == "" or done.err.startswith("note:")


def test_what_may_not_be_passed_on_is_refused_and_its_stand_off_form_is_pointed_to(publish, server, workspace):
    done = corpusbuilder("release", "-w", workspace, "--json")
    folder = done.json["release"]["folder"]
    spoil_licences(folder)
    done = publish(REPO, "-w", workspace, "--folder", folder)
    assert done.code == 2
    assert "no licence is stated" in done.err
    assert "release --stand-off" in done.err
    assert server.log == []


def spoil_licences(folder):
    """The documents of a release without a licence, with checksums to match."""
    import pyarrow as pa
    from pyarrow import parquet

    from corpusbuilder.store.release import CHECKSUMS, ReleaseFolder, checksum_lines

    release = ReleaseFolder.open(Path(folder))
    for path in release.parquet_files("documents"):
        table = parquet.read_table(path)
        empty = pa.nulls(len(table), pa.string())
        parquet.write_table(table.set_column(table.column_names.index("licence"), "licence", empty), path)
    names = [name for name in release.files() if name != CHECKSUMS]
    (release.path / CHECKSUMS).write_text(checksum_lines(release.path, names))


@pytest.mark.parametrize(
    ("arguments", "environ", "code", "said"),
    [
        (("plants",), {}, 2, "not the name of a dataset repository"),
        ((REPO, "--revision", "latest"), {}, 2, "not a version"),
        ((REPO, "--endpoint", "nonsense"), {}, 2, "not the address of a server"),
        ((REPO, "--gated", "perhaps"), {}, 2, "perhaps"),
        ((REPO, "--folder", "nowhere"), {}, 3, "this is no release"),
        ((REPO, "--token-env", "NOT_SET"), {}, 5, "the token in NOT_SET is missing"),
        ((REPO,), {"HF_TOKEN": "hf_somebody-elses-1"}, 5, "does not accept the token in HF_TOKEN"),
    ],
)
def test_what_cannot_be_done_is_told_with_its_exit_code(publish, server, built, arguments, environ, code, said):
    done = publish(*arguments, "-w", built, **environ)
    assert done.code == code, done.err
    assert said in done.err
    assert "hf_somebody" not in done.err + done.out
    assert server.hub.repos == {}


def test_a_corpus_of_which_a_document_is_not_finished_is_not_published_by_mistake(publish, server, workspace):
    min((workspace / "verify" / "done").glob("*.json")).unlink()
    done = publish(REPO, "-w", workspace, "--revision", "v1.0.0", "--json")
    assert done.code == 2
    assert "1 of 2 documents are not finished" in done.json["error"]
    assert ".pdf (verify: not made yet)" in done.json["error"]
    assert "--folder" in done.json["hint"]
    assert server.hub.repos == {}
