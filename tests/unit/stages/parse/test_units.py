import builders
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.records.diagram import Diagram
from corpusbuilder.records.document import Block, BlockLabel, Mention, WordBox
from corpusbuilder.stages.parse.units import make_units

DOCUMENT = builders.unit().document


def passage(number, *, section="1", page_no=1, length=100):
    made = builders.passage(f"psg-{number}", "x" * length)
    return made.model_copy(update={"heading": ("Book", section), "words": (WordBox(0, 1, page_no, 0, 0, 1, 1),)})


def figure(number, page_no=1, mention=None):
    mentions = ()
    if mention:
        mentions = (Mention(passage_id=mention, start=0, end=1, text="x", method="number", score=1.0),)
    made = builders.figure(f"fig-{number}", Diagram())
    return made.model_copy(update={"page_no": page_no, "mentions": mentions})


def units(passages, figures=(), blocks=(), tokens=100):
    return make_units(DOCUMENT, passages, figures, blocks, tokens=tokens)


def test_a_short_document_is_one_unit_under_the_headings_that_all_share():
    (unit,) = units([passage(1), passage(2, section="2")])
    assert unit.heading == ("Book",)


def test_units_end_at_headings():
    first = [passage(n, section="1", length=120) for n in range(2)]
    second = [passage(n, section="2", length=200) for n in (2, 3)]
    assert [len(unit.passages) for unit in units([*first, *second])] == [2, 2]


def test_a_long_section_is_cut_between_passages():
    made = units([passage(n, length=200) for n in range(5)])
    assert [len(unit.passages) for unit in made] == [2, 2, 1]


def test_a_figure_goes_with_the_passage_that_speaks_of_it():
    passages = [passage(1, length=300, page_no=1), passage(2, length=300, page_no=2)]
    made = units(passages, [figure(1, page_no=5, mention="psg-2")])
    assert [len(unit.figures) for unit in made] == [0, 1]


def test_a_figure_nobody_speaks_of_goes_with_its_page():
    passages = [passage(1, length=300, page_no=1), passage(2, length=300, page_no=3)]
    made = units(passages, [figure(1, page_no=2), figure(2, page_no=3)])
    assert [[f.id for f in unit.figures] for unit in made] == [["fig-1"], ["fig-2"]]


def test_a_reference_that_leads_nowhere_goes_with_its_passage():
    passages = [passage(1, length=300), passage(2, length=300)]
    lost = Mention(passage_id="psg-2", start=0, end=1, text="x", method="number", score=0.0)
    made = make_units(DOCUMENT, passages, [], [], unresolved=[lost], tokens=100)
    assert [unit.unresolved for unit in made] == [(), (lost,)]


def test_figures_without_any_text_are_a_unit_too():
    (unit,) = units([], [figure(1)])
    assert len(unit.figures) == 1


def test_nothing_makes_no_unit():
    assert units([]) == []


sections = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 600)), max_size=15)


@given(sections, st.lists(st.integers(1, 6), max_size=6), st.integers(20, 300))
def test_every_passage_figure_and_block_is_in_exactly_one_unit(parts, pages, tokens):
    passages = [passage(n, section=s, length=size, page_no=1 + n // 3) for n, (s, size) in enumerate(parts)]
    figures = [figure(n, page_no=page) for n, page in enumerate(pages)]
    blocks = [
        Block(id=f"blk-{n}", label=BlockLabel.TEXT, text="x", page_no=page, bbox=(0, 0, 1, 1), index=n)
        for n, page in enumerate(pages)
    ]
    made = units(passages, figures, blocks, tokens=tokens)
    assert [p.id for unit in made for p in unit.passages] == [p.id for p in passages]
    assert sorted(f.id for unit in made for f in unit.figures) == sorted(f.id for f in figures)
    if made:
        assert sorted(b.id for unit in made for b in unit.blocks) == sorted(b.id for b in blocks)
