import pytest
from export_release import example, figure, png, region, sha256, step, text_example

from corpusbuilder.errors import MissingInputError, UsageError
from corpusbuilder.exports.base import ExportOptions
from corpusbuilder.exports.examples import Questions


def questions(release, **options):
    found = Questions(release, ExportOptions(**options))
    return list(found), found


@pytest.mark.parametrize(
    ("row", "options", "reason"),
    [
        (example(figure_id="nowhere"), {}, "does not hold their figure"),
        (example(steps=[step(1, "See.", regions=[region(figure_id="f2")])]), {}, "second figure"),
        (example(answer="Moon"), {}, "none of their choices"),
        (text_example(), {"passages": False}, "passages are not given"),
    ],
)
def test_what_cannot_be_told_truthfully_is_left_out_by_its_reason(released, row, options, reason):
    told, found = questions(released(row, example("good")), **options)
    assert [question.id for question in told] == ["good"]
    ((why, number),) = found.left_out.items()
    assert reason in why
    assert number == 1


def test_examples_come_split_by_split(released):
    release = released(("test", example("x1")), ("train", example("x2")))
    assert [(q.split, q.id) for q in questions(release)[0]] == [("train", "x2"), ("test", "x1")]
    assert [q.id for q in questions(release, split="test")[0]] == ["x1"]


@pytest.mark.parametrize("split", ["validation", "tets"])
def test_a_split_without_examples_is_refused_with_those_that_have_some(released, split):
    with pytest.raises(UsageError, match="test"):
        questions(released(("test", example())), split=split)


def test_a_release_without_examples_is_missing_input(released):
    with pytest.raises(MissingInputError, match="no examples"):
        questions(released())


def test_each_image_is_written_once_under_the_hash_of_its_content(released, out):
    figures = [figure("f1"), figure("f2"), figure("f3", colour="red"), figure("unused", colour="blue")]
    rows = [example("a"), example("b"), example("c", figure_id="f2", steps=[]), example("d", figure_id="f3", steps=[])]
    places = Questions(released(*rows, figures=figures), ExportOptions()).write_images(out)
    white, red = f"images/{sha256(png())}.png", f"images/{sha256(png('red'))}.png"
    assert places == {"f1": white, "f2": white, "f3": red}
    assert {path.relative_to(out).as_posix() for path in out.rglob("*.*")} == {white, red}
    assert (out / red).read_bytes() == png("red")


def test_the_name_of_an_image_is_never_the_one_that_the_release_gives(released, out):
    evil = figure(image={"bytes": png(), "path": "../../evil.png"})
    Questions(released(example(), figures=[evil]), ExportOptions()).write_images(out)
    assert not (out.parent.parent / "evil.png").exists()


@pytest.mark.parametrize(
    ("fields", "judged"),
    [
        ({}, 2),
        ({"steps": [step(1, "Seen."), step(2, "Known.", "recall"), step(3, "So.", "infer")]}, 1),
        ({"verdict": "not_enough_info"}, 0),
        ({"verdict": "not_enough_info", "review": {"status": "accepted", "annotator": "a"}}, 2),
        ({"verdict": "supported", "review": {"status": "disputed", "annotator": None}}, 2),
        (
            {
                "steps": [step(1, "Known.", "recall"), step(2, "So.", "infer")],
                "review": {"status": "corrected", "annotator": "a"},
            },
            2,
        ),
    ],
)
def test_a_step_counts_as_judged_when_checks_or_a_person_vouch_for_it(released, fields, judged):
    ((question,), _) = questions(released(example(**fields)))
    assert question.judged == judged
