from parse_pages import image, paragraph, path, raw_page, text_line

from corpusbuilder.stages.parse.figures import find_figures


def figures(page):
    return find_figures(page, body_size=10.0)


def arrow(x, y, dx, dy):
    return [path([(x, y), (x + dx, y + dy)]), path([(x + dx, y + dy), (x + dx - 3, y + dy - 3)])]


def cycle(x, y):
    """Four words with free arrows between them, 260 x 120 points."""
    words = [("Vapour", 110, 0), ("Cloud", 230, 55), ("Rain", 110, 110), ("River", 0, 55)]
    paths = [*arrow(x + 170, y + 18, 40, 24), *arrow(x + 210, y + 80, -40, 24)]
    paths += [*arrow(x + 90, y + 104, -40, -24), *arrow(x + 50, y + 42, 40, -24)]
    return paths, [text_line(word, x + dx, y + dy, size=9, font="Sans") for word, dx, dy in words]


def test_a_cycle_of_words_and_free_arrows_is_one_figure():
    paths, words = cycle(100, 150)
    (figure,) = figures(raw_page(paths=paths, lines=[*words, *paragraph(60, 300, 6)]))
    assert {line.text for line in figure.lines} == {"Vapour", "Cloud", "Rain", "River"}


def test_two_cycles_with_a_caption_each_are_two_figures():
    lines, paths = [], []
    for place, y in enumerate((80, 300)):
        drawn, words = cycle(100, y)
        paths += drawn
        lines += [*words, text_line(f"Figure {place + 1}. Water on its way", 100, y + 135, size=8)]
    assert len(figures(raw_page(paths=paths, lines=lines))) == 2


def test_panels_far_apart_under_one_caption_are_one_figure():
    caption = text_line("Figure 1. The pond in spring on the left and in late autumn on the right", 60, 225, size=9)
    page = raw_page(images=[image(60, 100, 160, 200, "a"), image(260, 100, 360, 200, "b")], lines=[caption])
    assert [figure.box for figure in figures(page)] == [(60, 100, 360, 200)]


def test_panels_stay_apart_when_text_stands_between_them():
    caption = text_line("Figure 1. The pond in spring on the left and in late autumn on the right", 60, 225, size=9)
    between = paragraph(165, 110, 5, width=17)
    page = raw_page(images=[image(60, 100, 160, 200, "a"), image(260, 100, 360, 200, "b")], lines=[caption, *between])
    assert len(figures(page)) == 2
