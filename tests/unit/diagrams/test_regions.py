from sketch import blob, box, disc, edges, read, stroke, text


def named(diagram):
    names = {label.id: label.text for label in diagram.labels}
    parts = [region for region in diagram.regions if region.role in ("part", "area")]
    return sorted((names.get(region.label_id, "-"), region.linked_by) for region in parts)


def test_a_leader_names_the_innermost_region_at_its_end():
    lines = [text("cell", 250, 55), text("core", 250, 95)]
    paths = [blob(120, 100, 80), blob(120, 100, 25, fill="#cc8888")]
    leaders = [stroke((247, 60), (160, 60)), stroke((247, 100), (125, 100))]
    diagram = read(lines, [*paths, *leaders])
    assert named(diagram) == [("cell", "leader"), ("core", "leader")]
    assert edges(diagram) == [("leader", "cell", "[cell]"), ("leader", "core", "[core]")]
    inner = min(diagram.regions, key=lambda region: region.box[2] - region.box[0])
    outer = max(diagram.regions, key=lambda region: region.box[2] - region.box[0])
    assert (inner.parent_id, outer.parent_id) == (outer.id, None)
    assert inner.fill == "#cc8888"


def test_a_leader_may_end_in_a_dot():
    paths = [blob(120, 100, 60), stroke((247, 100), (125, 100)), disc(125, 100, 1.2)]
    assert named(read([text("cell", 250, 95)], paths)) == [("cell", "leader")]


def test_a_number_names_its_region_through_the_key():
    lines = [text("1", 248, 55), text("2", 248, 95), text("1. cell", 60, 220), text("2. core", 160, 220)]
    paths = [blob(120, 100, 80), blob(120, 100, 25), disc(250, 60, 7, fill=None, ink="#000000")]
    leaders = [stroke((243, 60), (160, 60)), stroke((246, 100), (125, 100))]
    diagram = read(lines, [*paths, *leaders])
    assert named(diagram) == [("1. cell", "number"), ("2. core", "number")]


def test_a_number_inside_a_region_names_it_through_the_key():
    lines = [text("1", 118, 95), text("2", 318, 95), text("1. lake", 60, 220), text("2. bog", 160, 220)]
    assert named(read(lines, [blob(120, 100, 50), blob(320, 100, 50)])) == [("1. lake", "number"), ("2. bog", "number")]


def test_a_text_inside_names_a_region():
    diagram = read([text("VELDE", 108, 95), text("ORN", 290, 95)], [blob(120, 100, 50), blob(300, 100, 60)])
    assert named(diagram) == [("ORN", "inside"), ("VELDE", "inside")]


def test_a_colour_names_what_nothing_else_names():
    land = [blob(120, 100, 50, fill="#aaccaa"), blob(300, 100, 50, fill="#ccaaaa")]
    keys = [box(60, 221, 72, 228, fill="#aaccaa"), box(160, 221, 172, 228, fill="#ccaaaa")]
    lines = [text("forest", 76, 219), text("heath", 176, 219), text("ORN", 112, 95)]
    diagram = read(lines, [*land, *keys])
    assert named(diagram) == [("ORN", "inside"), ("heath", "legend")]
    assert {label.text for label in diagram.labels if label.role == "legend"} == {"forest", "heath"}


def test_two_leaders_to_one_region_leave_it_without_a_name():
    lines = [text("bark", 250, 55), text("wood", 250, 95)]
    paths = [blob(120, 100, 80), stroke((247, 60), (160, 60)), stroke((247, 100), (125, 100))]
    diagram = read(lines, paths)
    assert named(diagram) == [("-", None)]
    assert len(diagram.connectors) == 2


def test_a_tick_that_stops_at_a_band_with_a_title_is_no_leader():
    band = box(40, 120, 300, 134, fill="#eeeeff")
    diagram = read([text("Restoration", 140, 122), text("1815", 60, 80)], [band, stroke((68, 92), (68, 120))])
    assert diagram.connectors == ()


def test_a_small_ring_in_which_one_sees_a_leader_end_is_a_region():
    core = disc(120, 100, 6, fill=None, ink="#000000")
    leaders = [stroke((247, 60), (112, 94)), stroke((247, 102), (121, 101))]
    diagram = read([text("cell", 250, 55), text("core", 250, 97)], [blob(120, 100, 60), core, *leaders])
    assert named(diagram) == [("cell", "leader"), ("core", "leader")]
