import pytest
from parse_pages import block, paragraph, raw_page, text_line

from corpusbuilder.stages.parse.captions import bind_captions
from corpusbuilder.stages.parse.continued import is_credit
from corpusbuilder.stages.parse.model import FoundFigure

PICTURE = FoundFigure(1, (100, 200, 300, 350), "raster")
BODY = block(*paragraph(60, 450, 8))
HEAD = text_line("Figure 3 – Two farms since 1900.", 100, 356, size=8, font="Sans-Bold", bold=True)


def caption_of(*blocks, figures=(PICTURE,)):
    (found,) = (c for c in bind_captions(raw_page(), figures, [BODY, *blocks]) if c.figures)
    return found.text


def test_a_bold_title_and_its_description_are_one_caption():
    below = block(text_line("The wind gives most of the power used.", 100, 367, size=8, font="Sans"))
    assert caption_of(block(HEAD), below) == "Figure 3 – Two farms since 1900. The wind gives most of the power used."


def test_lines_centred_under_a_caption_belong_to_it():
    below = block(text_line("The wind gives power.", 122, 367, size=8, font="Sans"))
    assert caption_of(block(HEAD), below).endswith("since 1900. The wind gives power.")


def test_a_credit_line_stays_with_the_caption():
    credit = block(text_line("Source : le cadastre, 2011", 100, 372, size=6.5, font="Sans"))
    assert caption_of(block(HEAD), credit).endswith("Source : le cadastre, 2011")


@pytest.mark.parametrize(
    "following",
    [
        text_line("The wind gives most of the power.", 100, 367, size=10),
        text_line("The wind gives most of the power.", 100, 380, size=8, font="Sans"),
        text_line("The wind gives most of the power.", 150, 367, size=8, font="Sans"),
        text_line("Figure 4 – Another thing.", 100, 367, size=8, font="Sans"),
    ],
)
def test_body_text_distant_text_and_other_captions_are_no_continuation(following):
    found = bind_captions(raw_page(), [PICTURE], [BODY, block(HEAD), block(following)])
    assert found[0].text == "Figure 3 – Two farms since 1900."


def test_a_caption_without_a_number_may_be_wider_than_its_figure_where_nothing_stands_beside():
    wide = block(text_line("A ferry near the old port, before the bridge was built over it", 80, 354, size=8))
    assert bind_captions(raw_page(), [PICTURE], [BODY, wide])[0].figures == (PICTURE,)
    beside = block(*paragraph(310, 220, 8))
    assert bind_captions(raw_page(), [PICTURE], [BODY, wide, beside]) == []


@pytest.mark.parametrize(
    "text", ["© A. Person", "Source: the census", "Crédit photo : Une agence", "Credits: all", "Photo © B"]
)
def test_credit_lines_are_known(text):
    assert is_credit(text)


@pytest.mark.parametrize("text", ["Sources of rivers", "The source: a well", "Photography began", "Credit was cheap"])
def test_sentences_about_sources_are_no_credits(text):
    assert not is_credit(text)
