"""Files of benchmark questions are read as their makers publish them, and refused by file and line."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.errors import ConfigError, MissingInputError
from corpusbuilder.pipeline.benchmarks import benchmark_digests, read_benchmarks

A, B = "What is a leaf?", "Où pousse-t-elle ?"


def read(folder, name, text):
    data = text if isinstance(text, bytes) else text.encode()
    (folder / name).write_bytes(data)
    (file,) = read_benchmarks(folder, [name])
    return [(question.line, question.text) for question in file.questions]


@pytest.mark.parametrize("field", ["question", "Query", "prompt", "problem", " instruction "])
def test_jsonl_with_a_field_for_the_question(tmp_path, field):
    rows = [json.dumps({"id": n, field: text, "answer": "x"}) for n, text in enumerate([A, B])]
    assert read(tmp_path, "exam.jsonl", f"{rows[0]}\n\n{rows[1]}\n") == [(1, A), (3, B)]


def test_conversations_in_both_usual_forms(tmp_path):
    llava = {"conversations": [{"from": "human", "value": f"<image>\n{A}"}, {"from": "gpt", "value": "x"}]}
    openai = {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": B}]},
        ]
    }
    prompt = {"prompt": [{"role": "user", "content": A}]}
    lines = "\n".join(map(json.dumps, (llava, openai, prompt)))
    assert read(tmp_path, "exam.jsonl", lines) == [(1, A), (2, B), (3, A)]


def test_json_at_any_depth_with_the_line_of_each_question(tmp_path):
    squad = {
        "version": A,
        "data": [{"paragraphs": [{"context": B, "qas": [{"id": 1, "question": A}, {"question": B}]}]}],
    }
    text = json.dumps(squad, indent=1)
    lines = [text[: match.start()].count("\n") + 1 for match in re.finditer('"question"', text)]
    assert read(tmp_path, "squad.json", text) == list(zip(lines, [A, B], strict=True))


def test_a_json_list_of_strings_or_records(tmp_path):
    assert read(tmp_path, "list.json", json.dumps([A, B], indent=0)) == [(2, A), (3, B)]
    assert read(tmp_path, "records.json", json.dumps([{"question": A, "tags": [B]}])) == [(1, A)]


def test_tables_with_line_breaks_in_their_cells(tmp_path):
    table = f'id,Question,answer\n1,"{A}\nChoose one.",x\n2,{B},y\n'
    assert read(tmp_path, "exam.csv", "\ufeff" + table) == [(2, f"{A}\nChoose one."), (4, B)]
    assert read(tmp_path, "exam.tsv", f"query\tx\n{A}\t1\n") == [(2, A)]


def test_plain_lines(tmp_path):
    assert read(tmp_path, "exam.txt", f"{A}\r\n\n  {B}\n") == [(1, f"{A}\r"), (3, f"  {B}")]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.jsonl", f'{{"question": "{A}"}}\n{{"question": ', "line 2: not valid JSON"),
        ("a.jsonl", '{"question": "x"}\n{"answer": "x"}', "line 2: a record without a question"),
        ("a.jsonl", "[1]", "line 1: a record without a question"),
        ("a.json", '[\n{"question": "x"},\n', "line 3: not valid JSON"),
        ("a.json", '{"answers": ["x"]}', "no question found"),
        ("a.json", "[" * 100_000, "line 1: "),
        ("a.csv", "id,answer\n1,x\n", "line 1: no column of questions"),
        ("a.csv", "id,question\n1,x\n2\n", "line 3: a row of 1 columns"),
        ("a.txt", "\n\n", "no question found"),
        ("a.txt", b"What is\n caf\xe9?", "line 2: not UTF-8"),
        ("a.parquet", "PAR1", "line 1: not a file of questions"),
        ("exam.jsonl", '{"conversations": [{"from": [1], "value": "x"}]}', "exam.jsonl, line 1"),
        ("exam.json", "[" + "9" * 5000 + "]", "exam.json, line 1"),
    ],
)
def test_what_is_no_file_of_questions_is_refused_by_file_and_line(tmp_path, name, text, said):
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, name, text)
    assert str(tmp_path / name) in refused.value.message
    assert said in refused.value.message
    assert refused.value.hint


def test_where_a_file_lies_outside_of_the_workspace_is_not_told(tmp_path):
    (tmp_path / "ws" / "eval").mkdir(parents=True)
    for name in ("ws/eval/exam.txt", "exam.txt"):
        (tmp_path / name).write_text(A)
    names = ["eval/exam.txt", "../exam.txt", str(tmp_path / "exam.txt")]
    files = read_benchmarks(tmp_path / "ws", names)
    assert [file.name for file in files] == ["eval/exam.txt", "exam.txt", "exam.txt"]


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(MissingInputError, match=r"gone\.csv"):
        read_benchmarks(tmp_path, ["gone.csv"])
    assert benchmark_digests(tmp_path, ["gone.csv"]) == {"gone.csv": None}


@given(st.binary(max_size=60), st.sampled_from([".json", ".jsonl", ".csv", ".tsv", ".txt"]))
def test_whatever_a_file_holds_it_is_read_or_refused(tmp_path_factory, data, suffix):
    folder = tmp_path_factory.mktemp("benchmark")
    (folder / f"x{suffix}").write_bytes(data)
    try:
        (file,) = read_benchmarks(folder, [f"x{suffix}"])
    except ConfigError as error:
        said = error.message
    else:
        said = f"x{suffix}, line {min(question.line for question in file.questions)}"
    assert f"x{suffix}, line " in said
