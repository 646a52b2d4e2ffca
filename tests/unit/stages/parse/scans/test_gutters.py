from parse_pages import text_line

from corpusbuilder.stages.parse.scans.gutters import cut_at_gutters

LEFT, RIGHT = "mud and sand of the river", "come down from the hills"


def columns(rows, *, drift=0.0):
    """Two columns with a gutter of 5 points; ``drift`` moves each row to the right, as on a page askew."""
    for row in range(rows):
        x, y = 50 + drift * row, 100 + 13 * row
        yield text_line(LEFT, x, y)
        yield text_line(RIGHT, x + 5 * len(LEFT) + 5, y)


def glued(row, *, drift=0.0):
    left, right = list(columns(row + 1, drift=drift))[-2:]
    return type(left)((*left.words, *right.words), (left.box[0], left.box[1], right.box[2], left.box[3]))


def test_a_line_across_the_gutter_is_cut():
    lines = [*columns(4), glued(4), glued(5)]
    assert [line.text for line in cut_at_gutters(lines)] == [LEFT, RIGHT] * 6


def test_the_columns_of_a_page_askew_drift():
    lines = [*columns(30, drift=0.5), glued(30, drift=0.5)]
    assert [line.text for line in cut_at_gutters(lines)][-2:] == [LEFT, RIGHT]


def test_lines_of_one_column_stay_whole():
    whole = f"{LEFT} {RIGHT}"
    lines = [text_line(whole, 50, 100 + 13 * row) for row in range(8)] + [text_line(LEFT, 50, 204)]
    assert list(cut_at_gutters(lines)) == lines


def test_a_heading_over_both_columns_stays_whole():
    heading = text_line("the whole valley of the river and all of its hills", 50, 60)
    found = cut_at_gutters([heading, *columns(6)])
    assert found[0] == heading


def test_a_caption_over_both_columns_stays_whole_though_words_of_it_part_near_the_gutter():
    caption = text_line("Fig. 1 the mud and sand come down from the hills and the sea takes all", 50, 60)
    wide = [text_line(LEFT, 50, 100 + 13 * row) for row in range(6)]
    wide += [text_line(RIGHT, 70 + 5 * len(LEFT), 100 + 13 * row) for row in range(6)]
    assert cut_at_gutters([caption, *wide])[0] == caption
