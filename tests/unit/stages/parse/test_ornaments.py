from parse_pages import diagram, path, raw_page

from corpusbuilder.stages.parse.figures import find_figures


def diamond(x, y, half=4):
    return path([(x - half, y), (x, y - half), (x + half, y), (x, y + half)], closed=True)


def boxes(*paths):
    return [figure.box for figure in find_figures(raw_page(paths=paths), body_size=10.0)]


def test_a_mark_in_the_middle_of_a_rule_is_no_part_of_the_drawing_near_it():
    alone = boxes(*diagram(100, 130))
    assert boxes(path([(100, 100), (240, 100)]), diamond(170, 100), *diagram(100, 130)) == alone


def test_a_mark_between_two_rules_is_no_part_of_the_drawing_near_it():
    alone = boxes(*diagram(100, 130))
    rules = [path([(90, 100), (150, 100)]), path([(190, 100), (250, 100)])]
    assert boxes(*rules, diamond(170, 100), *diagram(100, 130)) == alone


def test_an_arrow_near_a_drawing_is_part_of_it():
    head = path([(200, 97), (206, 100), (200, 103)], closed=True)
    (figure,) = boxes(path([(150, 100), (200, 100)]), head, *diagram(100, 130))
    assert figure[1] < 100
