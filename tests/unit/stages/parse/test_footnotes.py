from dataclasses import replace

from parse_pages import block, paragraph, text_line

from corpusbuilder.records.document import BlockLabel
from corpusbuilder.stages.parse.footnotes import with_footnotes
from corpusbuilder.stages.parse.passages import make_passages

EM = 10.0


def raised(text, x, y, *, size=7.0):
    line = text_line(text, x, y, size=size)
    return replace(line, words=(replace(line.words[0], superscript=True), *line.words[1:]))


def body(text="The notebook was found at Leeds1 and kept", y=100):
    return block(text_line(text, 50, y))


def note(text="1 Quoted from the notebook of 1902", y=600):
    return block(text_line(text, 50, y, size=8.0))


def labels(*blocks):
    return [item.label for item in with_footnotes(blocks, em=EM)]


def test_small_type_at_the_foot_behind_a_mark_that_the_text_calls_is_a_footnote():
    assert labels(body(), note()) == [BlockLabel.TEXT, BlockLabel.FOOTNOTE]
    assert labels(body("It was kept.*"), note("* Quoted from the notebook")) == [BlockLabel.TEXT, BlockLabel.FOOTNOTE]


def test_a_raised_mark_needs_no_call():
    assert labels(body("No call."), block(raised("1 Quoted from the notebook", 50, 600))) == [
        BlockLabel.TEXT,
        BlockLabel.FOOTNOTE,
    ]


def test_nothing_is_a_footnote_without_a_call_above_body_text_or_in_its_size():
    assert labels(body("No call here."), note())[1] is BlockLabel.TEXT
    assert labels(body(), note(y=300), body("More of the text", y=400))[1] is BlockLabel.TEXT
    assert labels(body(), block(text_line("1 Quoted from the notebook", 50, 600)))[1] is BlockLabel.TEXT


def test_a_formula_does_not_call_a_small_question_and_a_lone_sign_is_no_note():
    assert labels(body("Plants take in CO2 and water"), note("2. Explain what they make of it"))[1] is BlockLabel.TEXT
    assert labels(body(), note("1 −"))[1] is BlockLabel.TEXT


def test_a_paragraph_goes_on_over_the_page_past_its_footnote():
    first = block(*paragraph(50, 100, rows=3, text="The notebook was found at Leeds1 and kept there, where"))
    second = replace(block(text_line("it can be seen by all.", 50, 50)), page_no=2)
    passages = make_passages(
        [*with_footnotes([first, note()], em=EM), second], document_id="doc-1", vocabulary=frozenset()
    )
    assert len(passages) == 1
    assert passages[0].text.endswith("it can be seen by all.")
