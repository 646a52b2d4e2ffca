from parse_pages import box, diagram, image, paragraph, path, raw_page, text_line

from corpusbuilder.stages.parse.figures import find_figures
from corpusbuilder.stages.parse.grounds import find_grounds, home_of
from corpusbuilder.stages.parse.textgroups import group_lines

TINT = {"fill": "#f9efe4", "stroke": None}


def grounds(page):
    return [ground.box for ground in find_grounds(page, group_lines(page.lines, body_size=10.0), em=10.0)]


def boxes(page):
    return [tuple(round(v) for v in figure.box) for figure in find_figures(page, body_size=10.0)]


def card(x, y, title="The rain in the valley"):
    """A tinted box of 200 x 150 points with a title over a drawing."""
    drawing = diagram(x + 30, y + 50)
    return [box(x, y, x + 200, y + 150, **TINT), *drawing], [text_line(title, x + 10, y + 8)]


def test_cards_side_by_side_are_grounds_and_their_drawings_are_figures_apart():
    left, left_title = card(30, 50)
    right, right_title = card(250, 50, "The wind on the coast")
    page = raw_page(paths=[*left, *right], lines=[*left_title, *right_title])
    assert sorted(grounds(page)) == [(30, 50, 230, 200), (250, 50, 450, 200)]
    assert boxes(page) == [(60, 100, 200, 180), (280, 100, 420, 180)]


def test_a_box_that_holds_running_text_beside_a_picture_is_a_ground():
    page = raw_page(
        paths=[box(30, 50, 470, 300, **TINT)],
        images=[image(40, 60, 200, 200)],
        lines=paragraph(220, 70, rows=8, width=40),
    )
    assert grounds(page) == [(30, 50, 470, 300)]
    assert boxes(page) == [(40, 60, 200, 200)]


def test_boxes_of_a_diagram_that_arrows_tie_together_are_drawing():
    nodes = [box(50, 50, 150, 120), box(250, 50, 350, 120)]
    inner = [box(60, 80, 100, 110), box(260, 80, 300, 110)]
    arrow = path([(150, 85), (250, 95)])
    lines = [text_line("Producers of the pond", 55, 55, size=8), text_line("Consumers of the pond", 255, 55, size=8)]
    page = raw_page(paths=[*nodes, *inner, arrow], lines=lines)
    assert grounds(page) == []
    assert boxes(page) == [(50, 50, 350, 120)]


def test_two_maps_with_the_same_sea_are_drawings_not_cards():
    seas = [box(50, 50, 220, 200, fill="#cfdfee"), box(240, 50, 410, 200, fill="#cfdfee")]
    lands = [path([(x + 30, 80), (x + 120, 90), (x + 80, 170)], closed=True, fill="#dde5b0") for x in (50, 240)]
    towns = [text_line("Port-Neuf", x + 40, 110, size=7) for x in (50, 240)]
    assert grounds(raw_page(paths=[*seas, *lands], lines=towns)) == []


def test_a_strip_of_colour_behind_a_heading_is_no_figure():
    heading = text_line("CHAPTER 1: LIFE IN THE POND", 60, 70, size=16)
    page = raw_page(images=[image(48, 54, 420, 100)], lines=[heading, *paragraph(48, 120)])
    assert boxes(page) == []


def test_a_wide_picture_with_small_labels_is_a_figure():
    page = raw_page(images=[image(48, 54, 420, 150)], lines=[text_line("Nile", 200, 90, size=7)])
    assert boxes(page) == [(48, 54, 420, 150)]


def test_what_stands_on_a_ground_is_at_home_there():
    left, title = card(30, 50)
    page = raw_page(paths=[*left, *card(250, 50)[0]], lines=[*title, *card(250, 50)[1]])
    found = find_grounds(page, group_lines(page.lines, body_size=10.0), em=10.0)
    homes = {home_of((60, 100, 200, 180), found), home_of((280, 100, 420, 180), found)}
    assert len(homes) == 2
    assert home_of((60, 400, 200, 480), found) is None
