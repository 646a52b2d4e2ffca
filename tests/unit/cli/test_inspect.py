"""``corpusbuilder inspect``: on a workspace that was really parsed."""

import io
import json

import pymupdf
import pytest
from PIL import Image
from typer.testing import CliRunner

from corpusbuilder.cli.main import app

FACTS = "Water falls as rain and rises again as vapour, as Figure 1.1 shows. The rivers lead it to the sea."


def run(*arguments):
    return CliRunner().invoke(app, ["inspect", *map(str, arguments)])


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A book of two pages with a drawing of an arrow between two boxes on each."""
    folder = tmp_path_factory.mktemp("inspect")
    with pymupdf.open() as pdf:
        for number in (1, 2):
            page = pdf.new_page(width=420, height=595)
            page.insert_textbox((40, 40, 380, 120), FACTS, fontsize=10)
            for x, name in ((60, "Rain"), (260, "River")):
                page.draw_rect((x, 200, x + 100, 240), color=(0, 0, 0), fill=(0.9, 0.95, 1))
                page.insert_text((x + 30, 224), name, fontsize=11)
            page.draw_line((160, 220), (250, 220), color=(0, 0, 0))
            page.draw_polyline([(250, 215), (260, 220), (250, 225), (250, 215)], color=(0, 0, 0), fill=(0, 0, 0))
            page.insert_text((60, 262), f"Figure 1.{number} The way of water", fontsize=9)
        pdf.save(folder / "book.pdf")
    done = CliRunner().invoke(app, ["parse", str(folder / "book.pdf"), "-w", str(folder / "ws"), "-q"])
    assert done.exit_code == 0, done.output
    return folder / "ws"


@pytest.fixture(scope="module")
def figure_ids(workspace):
    return [figure["id"] for figure in json.loads(run("-w", workspace, "--json").stdout)["figures"]]


def test_without_an_id_the_figures_are_listed_with_their_whole_ids(workspace, figure_ids):
    told = run("-w", workspace)
    assert told.exit_code == 0
    assert len(figure_ids) == 2
    for figure_id in figure_ids:
        line = next(line for line in told.stdout.splitlines() if figure_id in line)
        assert "The way of water" in line
    assert "2 figures" in told.stdout


def test_a_figure_is_found_by_its_id_its_beginning_or_its_number(workspace, figure_ids):
    for name in (figure_ids[1], figure_ids[1][:12], "1.2"):
        told = run(name, "-w", workspace, "--json")
        assert json.loads(told.stdout)["figure"]["id"] == figure_ids[1]


def test_a_list_of_elements_says_what_an_arrow_joins(workspace, figure_ids):
    told = run(figure_ids[0], "-w", workspace).stdout
    assert "T0  Rain" in told
    assert "Rain -> River  vector" in told


def test_an_overlay_is_a_picture_with_the_list_beside_the_figure(workspace, figure_ids, tmp_path):
    done = run(figure_ids[0], "-w", workspace, "--overlay", tmp_path / "new" / "one.png", "--json")
    assert json.loads(done.stdout)["written"] == [str(tmp_path / "new" / "one.png")]
    drawn = Image.open(io.BytesIO((tmp_path / "new" / "one.png").read_bytes()))
    assert drawn.format == "PNG"
    assert drawn.width > 1100


@pytest.mark.parametrize(("name", "begins"), [("ai2d", "{"), ("networkx", "{"), ("dot", 'digraph "fig-')])
def test_a_graph_goes_to_stdout_or_into_a_file(workspace, figure_ids, tmp_path, name, begins):
    shown = run(figure_ids[0], "-w", workspace, "--format", name)
    assert shown.exit_code == 0
    assert shown.stdout.startswith(begins)
    run(figure_ids[0], "-w", workspace, "--format", name, "-o", tmp_path / "graph")
    assert (tmp_path / "graph").read_text(encoding="utf-8") == shown.stdout


def test_all_figures_go_into_folders_under_their_ids(workspace, figure_ids, tmp_path):
    done = run("-w", workspace, "--all", "--overlay", tmp_path / "a", "--format", "dot", "-o", tmp_path / "b")
    assert "4 files written" in done.stdout
    assert {path.stem for path in (tmp_path / "a").iterdir()} == set(figure_ids)
    assert {path.name for path in (tmp_path / "b").iterdir()} == {f"{name}.dot" for name in figure_ids}


def test_an_unknown_id_names_the_closest_and_how_to_list_all(workspace, figure_ids):
    wrong = figure_ids[0][:-1] + "x"
    done = run(wrong, "-w", workspace)
    assert done.exit_code == 3
    assert f"there is no figure {wrong}" in done.stderr
    assert figure_ids[0] in done.stderr
    assert "corpusbuilder inspect -w" in done.stderr


def test_a_beginning_of_several_ids_is_not_guessed(workspace):
    done = run("fig-", "-w", workspace)
    assert done.exit_code == 2
    assert "fits 2 figures" in done.stderr


def test_an_empty_workspace_says_what_to_do_first(tmp_path):
    done = run("-w", tmp_path)
    assert done.exit_code == 3
    assert "corpusbuilder build BOOK.pdf" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("fig-1", "--format", "svg"),
        ("fig-1", "-o", "x"),
        ("fig-1", "--all", "--overlay", "x"),
        ("--overlay", "x.png"),
        ("--all",),
        ("--all", "--format", "dot"),
        ("fig-1", "--format", "dot", "--json"),
    ],
)
def test_options_that_do_not_go_together_are_refused(tmp_path, arguments):
    done = run(*arguments, "-w", tmp_path)
    assert done.exit_code == 2
    assert list(tmp_path.iterdir()) == []
