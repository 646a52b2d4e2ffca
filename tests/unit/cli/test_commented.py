"""What ``init`` writes is a config file, whichever of its lines are uncommented."""

import tomllib

from corpusbuilder.cli.commented import commented
from corpusbuilder.config import Config, load


def written(folder, text):
    path = folder / "corpusbuilder.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_commented_file_is_toml_and_changes_nothing(tmp_path):
    assert load(written(tmp_path, commented()), environ={}) == Config()


def test_every_key_of_the_commented_file_is_a_key(tmp_path):
    lines = [
        line for line in commented().splitlines() if not line.startswith("# ") or " = " in line.partition("  # ")[0]
    ]
    uncommented = "\n".join(line.removeprefix("# ") for line in lines if "…" not in line and "Precedence" not in line)
    tomllib.loads(uncommented)
    assert load(written(tmp_path, uncommented), environ={}) == Config()


def test_the_table_of_every_other_teacher_can_be_uncommented(tmp_path):
    tables = [part.split("\n\n")[0] for part in commented().split("## To have questions written by the teacher ")[1:]]
    for table in tables:
        lines = [line.removeprefix("## ") for line in table.splitlines() if line.startswith("## ") and "…" not in line]
        text = "\n".join([*lines, 'model = "some-model"'] if '## model = "…"' in table else lines)
        kind = tomllib.loads(text)["generate"]["teacher"]["kind"]
        assert load(written(tmp_path, text), environ={}).generate.teacher.kind == kind
    assert len(tables) >= 2


def test_the_table_of_every_grounder_can_be_uncommented(tmp_path):
    tables = commented().split("## To have boxes found by the grounder ")[1:]
    for table in tables:
        own = table.split("\n\n")[0]
        lines = [line.removeprefix("## ") for line in own.splitlines() if line.startswith("## ") and "…" not in line]
        text = "\n".join([*lines, 'model = "Qwen/Qwen3-VL-8B-Instruct"'] if '## model = "…"' in own else lines)
        (kind,) = tomllib.loads(text)["ground"]
        assert getattr(load(written(tmp_path, text), environ={}).ground, kind) is not None
    assert len(tables) >= 2
