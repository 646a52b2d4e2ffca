import importlib.util
from pathlib import Path

import pytest
import yaml
from released_rows import HOSTILE, content, exported, figure, figure_example, png, release, text_example

from corpusbuilder.errors import UsageError
from corpusbuilder.exports.formats.lmms_eval import export
from corpusbuilder.exports.safetext import SafeText

datasets = pytest.importorskip("datasets")
TASK = "corpusbuilder_cells_more_test"
FUNCTIONS = ("doc_to_visual", "doc_to_text", "doc_to_target", "process_results")


class _Loader(yaml.FullLoader):
    """YAML in which ``!function utils.name`` is that function of the file beside it, as lmms-eval reads it."""


def _function(loader, node):
    module, name = loader.construct_scalar(node).split(".")
    spec = importlib.util.spec_from_file_location(module, Path(loader.name).with_name(f"{module}.py"))
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return getattr(loaded, name)


_Loader.add_constructor("!function", _function)


def load_task(folder, cache, name=TASK):
    """Config and questions of a task by the rules of ``lmms_eval.utils.load_yaml_config`` and ``ConfigurableTask``."""
    config = {}
    for place in (yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))["include"], f"{name}.yaml"):
        with (folder / place).open(encoding="utf-8") as file:
            config |= yaml.load(file, _Loader)
    files = {split: str(folder / path) for split, path in config["dataset_kwargs"]["data_files"].items()}
    questions = datasets.load_dataset(config["dataset_path"], data_files=files, cache_dir=str(cache))
    return config, questions[config["test_split"]]


@pytest.fixture
def exported_task(tmp_path):
    asked = [
        figure_example(language="fr-CA", question_type="multi_hop"),
        figure_example("ex-2", choices=[], answer_type="list", answer="Sun, Leaf"),
        text_example(),
    ]
    report = exported(export, release(tmp_path / "release", asked, [figure()]), tmp_path / "out")
    return tmp_path / "out", report


def test_a_task_is_read_from_its_yaml_with_its_questions_and_images(exported_task, tmp_path):
    folder, report = exported_task
    config, questions = load_task(folder, tmp_path / "cache")
    assert (config["task"], config["output_type"]) == (TASK, "generate_until")
    assert config["metadata"] == {"version": "1.0.0"}
    assert all(callable(config[name]) for name in FUNCTIONS)
    assert questions["id"] == ["ex-1", "ex-2", "ex-t"]
    assert isinstance(questions.features["image"], datasets.Image)
    assert questions[0]["image"].tobytes() == questions[1]["image"].tobytes()
    assert questions[2]["image"] is None
    assert report.rows == {"data/test.parquet": 3}
    assert report.images == 1


def test_a_right_response_scores_one_in_every_metric_and_no_metric_is_unknown(exported_task, tmp_path):
    folder, _ = exported_task
    config, questions = load_task(folder, tmp_path / "cache")
    known = {metric["metric"]: metric["aggregation"] for metric in config["metric_list"]}
    scored = set()
    for question in questions:
        scores = config["process_results"](question, [config["doc_to_target"](question)])
        assert set(scores.values()) == {1.0}
        assert set(config["process_results"](question, ["something else entirely"]).values()) == {0.0}
        scored |= set(scores)
    assert scored == set(known)
    assert set(known.values()) == {"mean"}
    assert {"score_language_fr_ca", "score_type_multi_hop", "accuracy_choice", "exact_match_open"} <= scored


def test_a_question_is_shown_with_its_texts_image_and_lettered_choices(exported_task, tmp_path):
    folder, _ = exported_task
    config, questions = load_task(folder, tmp_path / "cache")
    words = config["lmms_eval_specific_kwargs"]["default"]
    shown = [config["doc_to_text"](question, words) for question in questions]
    assert shown[0].splitlines() == [
        "Where does the arrow of ex-1 lead?", "A. Sun", "B. Leaf", "C. Moon", words["fr"]["choose"],
    ]  # fmt: skip
    assert shown[2].startswith("Text: Light > Stars\nSunlight feeds the leaf.\n")
    assert shown[2].endswith(words["en"]["answer"])
    (image,) = config["doc_to_visual"](questions[0])
    assert image.mode == "RGB"
    assert config["doc_to_visual"](questions[2]) == []


def test_lmms_eval_itself_indexes_and_builds_the_task(exported_task, tmp_path, monkeypatch):
    tasks = pytest.importorskip("lmms_eval.tasks")
    folder, _ = exported_task
    monkeypatch.setenv("LMMS_EVAL_DATASETS_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    manager = tasks.TaskManager(include_path=str(folder), include_defaults=False)
    assert manager.all_subtasks == [TASK]
    for kind in ("simple", "chat"):
        task = tasks.get_task_dict([TASK], manager, kind)[TASK]
        for question in task.test_docs():
            scores = task.process_results(question, [task.doc_to_target(question)])
            assert set(scores.values()) == {1.0}
            assert set(scores) <= set(task.aggregation())
            assert task.doc_to_text(question)


def test_every_split_is_a_task_and_one_can_be_chosen(tmp_path):
    of = release(tmp_path / "release", [figure_example()], [figure()], train=([text_example()], []))
    exported(export, of, tmp_path / "all")
    assert [path.stem for path in sorted((tmp_path / "all").glob("*.yaml"))] == [TASK, TASK.replace("test", "train")]
    exported(export, of, tmp_path / "one", split="test")
    assert sorted(content(tmp_path / "one")) == [
        "_default_template_yaml", f"{TASK}.yaml", "data/test.parquet", "utils.py",
    ]  # fmt: skip


def test_texts_of_strangers_stay_texts(tmp_path):
    asked = figure_example("../../ex", question=HOSTILE, answer=HOSTILE, choices=["Sun", HOSTILE], language=HOSTILE)
    asked |= {"question_type": HOSTILE}
    report = exported(export, release(tmp_path / "release", [asked], [figure()], name=HOSTILE), tmp_path / "out")
    (name,) = [path.stem for path in (tmp_path / "out").glob("*.yaml")]
    config, questions = load_task(tmp_path / "out", tmp_path / "cache", name)
    assert name.isascii()
    assert name.replace("_", "").isalnum()
    assert questions[0]["question"] == SafeText()(HOSTILE)
    assert set(config["process_results"](questions[0], ["B"])) == {entry["metric"] for entry in config["metric_list"]}
    assert report.rows == {"data/test.parquet": 1}


def test_an_image_that_many_questions_show_takes_its_room_once(tmp_path):
    big = png("big", size=(300, 300))
    asked = [figure_example(f"ex-{n}", image={"bytes": big, "path": "x"}) for n in range(50)]
    exported(export, release(tmp_path / "release", asked, [figure()]), tmp_path / "out")
    assert (tmp_path / "out/data/test.parquet").stat().st_size < 2 * len(big)


def test_what_cannot_be_asked_is_left_out_with_the_reason(tmp_path):
    elsewhere = figure_example("ex-3")
    elsewhere["steps"][0]["regions"][0]["figure_id"] = "fig-2"
    asked = [
        figure_example("ex-1", answer="Star"),
        figure_example("ex-2", choices=[]),
        elsewhere,
        text_example(),
        text_example("ex-5", answer=" \x00 "),
        figure_example("ex-6", choices=["Leaf"]),
    ]
    of = release(tmp_path / "release", asked, [figure()])
    report = exported(export, of, tmp_path / "out", passages=False)
    assert report.left_out == {
        "their answer is none of their choices": 1,
        "they are answered from a passage, and passages are not given": 2,
        "they do not have 2 to 26 choices": 1,
        "they have no choices": 1,
        "they need a second figure, and the format shows one": 1,
    }
    assert report.rows == {}
    assert not list((tmp_path / "out").rglob("*.parquet"))


def test_a_trace_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no place for a reasoning trace, so not for 'grounded'"):
        exported(export, release(tmp_path / "release", [text_example()]), tmp_path / "out", trace="grounded")


def test_the_same_release_gives_the_same_bytes(tmp_path):
    of = release(tmp_path / "release", [figure_example(), text_example()], [figure()])
    for name in ("one", "two"):
        exported(export, of, tmp_path / name)
    assert content(tmp_path / "one") == content(tmp_path / "two")
