from parse_pages import text_line

from corpusbuilder.stages.parse.textgroups import Role, group_lines


def roles(*lines):
    return [group.role for group in group_lines(lines, body_size=10.0)]


def test_the_title_of_an_axis_and_the_caption_under_it_are_two_groups():
    year, caption = text_line("Year", 150, 100, size=8.0), text_line("Fig. 6. The old bridge", 50, 110, size=8.0)
    assert roles(year, caption) == [Role.LABEL, Role.CAPTION]


def test_a_full_line_goes_on_with_the_name_of_a_figure():
    above = text_line("The bridge stood for a hundred years, as", 50, 100)
    assert roles(above, text_line("Figure 6. B of that chapter shows, and so", 50, 112)) == [Role.PROSE]
