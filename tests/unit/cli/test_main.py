import json
import subprocess
import sys
from importlib.metadata import entry_points

import pytest
from typer.testing import CliRunner

from corpusbuilder.cli.main import app
from corpusbuilder.cli.options import RunOptions
from corpusbuilder.errors import UsageError

HEAVY = (
    *("cv2", "datasets", "layoutparser", "label_studio_sdk", "numpy", "onnxruntime", "openai", "pandas", "pyarrow"),
    *("pymupdf", "rapidocr", "ray", "scipy", "shapely", "spacy", "torch", "transformers", "unstructured"),
)
COMMANDS = sorted(command.name or command.callback.__name__ for command in app.registered_commands)


def run(*arguments):
    return CliRunner().invoke(app, list(arguments))


def test_help_imports_nothing_heavy():
    code = (
        "import sys, contextlib, io\n"
        "from corpusbuilder.cli.main import app\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    app(['--help'], standalone_mode=False)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_script_is_installed():
    (script,) = entry_points(group="console_scripts", name="corpusbuilder")
    assert script.load().__name__ == "main"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command):
    done = run(command, "--help")
    assert done.exit_code == 0
    assert len(done.stdout.strip().splitlines()) > 3


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_stands_in_the_readme(command, pytestconfig):
    assert f"corpusbuilder {command}" in (pytestconfig.rootpath / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("shard", "part"), [("1/1", (1, 1)), ("3/8", (3, 8)), ("8/8", (8, 8))])
def test_a_part_of_the_documents_is_written_i_of_n(shard, part):
    assert RunOptions(shard=shard).part() == part


@pytest.mark.parametrize("shard", ["0/4", "5/4", "1", "a/b", "1/0", "-1/3", ""])
def test_a_part_that_does_not_exist_is_refused(shard):
    with pytest.raises(UsageError, match="--shard"):
        RunOptions(shard=shard).part()


@pytest.mark.parametrize(
    ("limit", "rejected", "inputs", "fine"),
    [
        ("5%", 1, 20, True),
        ("5%", 2, 20, False),
        ("0", 0, 5, True),
        ("0", 1, 5, False),
        ("3", 3, 4, True),
        ("100%", 4, 4, True),
    ],
)
def test_rejects_are_limited_by_share_or_number(limit, rejected, inputs, fine):
    assert RunOptions(max_rejected=limit).may_reject(rejected, inputs) is fine


@pytest.mark.parametrize("limit", ["many", "%", "-1", "", "nan", "nan%", "inf", "-inf", "1e999", "1.5"])
def test_a_limit_that_is_no_number_is_refused(limit):
    with pytest.raises(UsageError, match="--max-rejected"):
        RunOptions(max_rejected=limit).may_reject(0, 1)


def test_a_broken_number_of_rejects_is_told_to_be_a_share():
    with pytest.raises(UsageError) as caught:
        RunOptions(max_rejected="1.5").may_reject(0, 1)
    assert caught.value.hint == "a share is written 1.5%"
    assert RunOptions(max_rejected="1.5%").may_reject(3, 200)


def test_an_empty_workspace_is_missing_input(tmp_path):
    for command in ("build", "parse", "generate", "ground", "verify", "release", "status"):
        done = run(command, "-w", str(tmp_path))
        assert (command, done.exit_code) == (command, 3)
        assert "error: " in done.stderr
        assert "corpusbuilder" in done.stderr


def test_errors_are_json_too(tmp_path):
    done = run("status", "-w", str(tmp_path), "--json")
    answer = json.loads(done.stdout)
    assert (answer["ok"], answer["exit_code"]) == (False, 3)
    assert answer["error"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set", "parse.dpl=3"], "did you mean 'parse.dpi'?"),
        (["--set", "nonsense"], "expected table.key=value"),
        (["--shard", "9/4"], "--shard 9/4"),
        (["--max-rejected", "lots"], "--max-rejected lots"),
        (["--max-rejected", "nan"], "--max-rejected nan"),
        (["--set", 'ground.grounders=["foo"]'], "choose one of: detector, diagram, encoder, vlm"),
        (["--set", "parse.ocr=foo"], "choose one of: none, rapidocr"),
    ],
)
def test_a_wrong_option_is_told_before_anything_runs(tmp_path, arguments, message):
    done = run("build", "-w", str(tmp_path), *arguments)
    assert done.exit_code == 2
    assert message in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_option_is_a_usage_error():
    assert run("build", "--nonsense").exit_code == 2


def test_init_writes_a_config_once(tmp_path):
    assert run("init", "-w", str(tmp_path)).exit_code == 0
    again = run("init", "-w", str(tmp_path))
    assert again.exit_code == 2
    assert "--force" in again.stderr
    assert run("init", "-w", str(tmp_path), "--force").exit_code == 0


def test_init_answers_in_json_too(tmp_path):
    path = tmp_path / "new" / "corpusbuilder.toml"
    assert json.loads(run("init", "-w", str(path.parent), "--json").stdout) == {"ok": True, "path": str(path)}
    assert path.exists()
    again = json.loads(run("init", "-w", str(path.parent), "--json").stdout)
    assert (again["ok"], again["exit_code"]) == (False, 2)


def test_schemas_are_one_json_object_when_asked_for(tmp_path):
    answer = json.loads(run("schema", "--json").stdout)
    assert answer["ok"] is True
    assert list(answer["schemas"]) == run("schema").stdout.split()
    assert json.loads(run("schema", "Example", "--json").stdout) == {
        "ok": True,
        "schemas": {"Example": json.loads(run("schema", "Example").stdout)},
    }
    assert json.loads(run("schema", "--json", "--out", str(tmp_path)).stdout) == {**answer, "path": str(tmp_path)}
    assert len(list(tmp_path.iterdir())) == len(answer["schemas"])
    assert json.loads(run("schema", "Exampel", "--json").stdout)["exit_code"] == 2


def test_a_schema_is_printed_by_name():
    assert "Example" in run("schema").stdout.split()
    assert json.loads(run("schema", "Example").stdout)["title"] == "Example"
    unknown = run("schema", "Exampel")
    assert unknown.exit_code == 2
    assert "Example" in unknown.stderr


def test_the_schemas_in_the_repository_are_those_of_the_code(tmp_path, pytestconfig):
    assert run("schema", "--out", str(tmp_path)).exit_code == 0
    written = {p.name: p.read_text() for p in tmp_path.iterdir()}
    assert written == {p.name: p.read_text() for p in (pytestconfig.rootpath / "schemas").iterdir()}


def test_doctor_says_what_each_extra_would_add():
    answer = json.loads(run("doctor", "--json").stdout)
    assert answer["extras"]["core"]["pymupdf"]
    assert set(answer["extras"]) == {"core", "release", "generate", "ground", "review", "layout", "ray"}
    assert run("doctor").exit_code == 0


def test_the_version_is_printed():
    assert run("--version").stdout.startswith("corpusbuilder ")
