"""Vector figures of the English chapter."""

from __future__ import annotations

from reportlab.graphics.shapes import Drawing

from .drawing import PLACE_NAME, ROUTE, WATERS, LegendEntry, Pen, Point, Sketch

WATER = "#cfe5f2"
GREEN = "#dcefd3"
SAND = "#f6e7c8"
ROSE = "#f6d9d0"

# Rounded longitudes and latitudes, clockwise from the Reykjanes peninsula.
ICELAND = (
    (-22.7, 63.82), (-22.7, 64.06), (-22.1, 64.04), (-21.8, 64.2), (-22.0, 64.34),
    (-21.8, 64.5), (-22.4, 64.78), (-23.95, 64.76), (-23.9, 64.92), (-22.8, 65.0),
    (-21.9, 65.06), (-21.9, 65.22), (-22.5, 65.25), (-22.3, 65.5), (-23.3, 65.45),
    (-24.5, 65.5), (-23.9, 65.88), (-23.4, 66.15), (-22.7, 66.42), (-22.1, 66.3),
    (-21.4, 66.0), (-21.4, 65.5), (-21.1, 65.25), (-20.8, 65.6), (-20.3, 65.68),
    (-20.3, 66.06), (-19.85, 66.08), (-19.5, 65.75), (-19.2, 66.04), (-18.5, 66.14),
    (-18.15, 65.75), (-18.0, 66.12), (-17.2, 66.12), (-16.6, 66.14), (-16.3, 66.5),
    (-15.8, 66.4), (-15.6, 66.2), (-14.7, 66.36), (-15.0, 66.08), (-14.6, 65.78),
    (-13.9, 65.5), (-13.6, 65.2), (-13.8, 64.9), (-14.4, 64.6), (-15.0, 64.25),
    (-16.2, 64.04), (-17.0, 63.8), (-18.0, 63.64), (-18.7, 63.42), (-19.2, 63.42),
    (-20.1, 63.55), (-20.9, 63.83), (-21.6, 63.84),
)  # fmt: skip
WEST_ZONE = (
    (-22.25, 63.93), (-21.4, 63.98), (-20.5, 64.3), (-19.7, 64.75), (-20.2, 65.0),
    (-21.1, 64.5), (-22.2, 64.0),
)  # fmt: skip
EAST_ZONE = (
    (-20.0, 63.7), (-18.9, 63.56), (-17.3, 64.0), (-16.3, 65.1), (-15.95, 66.1),
    (-16.9, 66.0), (-17.3, 65.2), (-18.5, 64.55), (-19.7, 64.1),
)  # fmt: skip
ICE_CAPS = (
    ((-16.8, 64.42), (58.0, 36.0)),
    ((-20.15, 64.66), (15.0, 24.0)),
    ((-18.8, 64.82), (22.0, 16.0)),
    ((-19.1, 63.66), (17.0, 12.0)),
)


def water_cycle() -> Drawing:
    """Draw the water cycle: curved and straight arrows with filled heads."""
    sketch = Sketch(450, 236)
    clouds = sketch.node("Clouds", (225, 212), (96, 38), "ellipse", "#e6ebf0")
    rivers = sketch.node("Rivers and lakes", (70, 134), (100, 32), "round", WATER)
    ground = sketch.node("Groundwater", (70, 30), (100, 32), "round", SAND)
    ocean = sketch.node("Ocean", (310, 30), (104, 40), "ellipse", "#9fcbe6")
    vapour = sketch.node("Water vapour", (385, 134), (92, 32), "round", "#f3f6f8")
    plants = sketch.bare("Plants", (225, 134))
    sketch.curve(ocean, vapour, -22)
    sketch.curve(vapour, clouds, -26)
    sketch.curve(clouds, rivers, -26)
    sketch.curve(rivers, ocean, 16)
    sketch.arrow(rivers, ground)
    sketch.arrow(ground, ocean)
    sketch.arrow(plants, vapour)
    sketch.note((384, 74), "evaporation", "start")
    sketch.note((346, 190), "condensation", "start")
    sketch.note((104, 190), "precipitation", "end")
    sketch.note((218, 98), "runoff", "start")
    sketch.note((64, 82), "infiltration", "end")
    sketch.note((185, 21), "seepage")
    sketch.note((292, 143), "transpiration")
    return sketch.drawing


def pond_web() -> Drawing:
    """Draw a pond food web: straight and elbow arrows with open heads."""
    sketch = Sketch(450, 262)
    algae = sketch.node("Algae", (105, 62), (70, 28), "ellipse", GREEN)
    weed = sketch.node("Pondweed", (285, 62), (74, 28), "ellipse", GREEN)
    flea = sketch.node("Water flea", (60, 124), (68, 24), "box", SAND)
    tadpole = sketch.node("Tadpole", (160, 124), (68, 24), "box", SAND)
    snail = sketch.node("Pond snail", (285, 124), (68, 24), "box", SAND)
    fish = sketch.node("Stickleback", (60, 186), (72, 24), "box", ROSE)
    beetle = sketch.node("Diving beetle", (160, 186), (76, 24), "box", ROSE)
    duck = sketch.node("Tufted duck", (285, 186), (72, 24), "box", ROSE)
    heron = sketch.node("Heron", (110, 244), (72, 26), "box", ROSE)
    bacteria = sketch.node("Bacteria\nand fungi", (400, 150), (76, 34), "round", "#e7dcef")
    sun = sketch.bare("Sunlight", (195, 14))
    for eaten, eater in (
        (algae, flea), (algae, tadpole), (algae, snail), (weed, snail), (flea, fish),
        (tadpole, beetle), (snail, duck), (fish, heron), (beetle, heron),
    ):  # fmt: skip
        sketch.arrow(eaten, eater, head="open")
    sketch.arrow(sun, algae, head="open", via=[(105, 14)])
    sketch.arrow(sun, weed, head="open", via=[(285, 14)])
    sketch.arrow(heron, bacteria, head="open", via=[(400, 244)])
    sketch.arrow(bacteria, weed, head="open", via=[(400, 62)])
    sketch.note((290, 252), "dead remains")
    sketch.note((362, 53), "mineral salts")
    return sketch.drawing


def earth_layers() -> Drawing:
    """Draw the layers of the Earth as nested discs with leader lines."""
    sketch = Sketch(262, 188)
    centre = (94.0, 94.0)
    for diameter, fill in ((180, "#8c6d4f"), (166, "#e08a5b"), (98, "#f2b950"), (38, "#fbe9a0")):
        sketch.ellipse(centre, (diameter, diameter), fill)
    sketch.leader("Crust", (204, 166), (149.6, 160.3))
    sketch.leader("Mantle", (204, 128), (155, 118))
    sketch.leader("Outer core", (204, 79), (128, 89))
    sketch.leader("Inner core", (204, 36), (101, 88))
    return sketch.drawing


def rock_paths() -> Drawing:
    """Draw how one kind of rock becomes another, with one elbow arrow."""
    sketch = Sketch(450, 134)
    magma = sketch.node("Magma", (60, 114), (78, 38), "ellipse", "#f4b393")
    igneous = sketch.node("Igneous rock", (205, 114), (80, 32), "box", ROSE)
    sediment = sketch.node("Sediment", (370, 114), (80, 32), "box", SAND)
    sedimentary = sketch.node("Sedimentary\nrock", (370, 30), (80, 34), "box", SAND)
    metamorphic = sketch.node("Metamorphic\nrock", (205, 30), (80, 34), "box", "#dfe0ee")
    sketch.arrow(magma, igneous)
    sketch.arrow(igneous, sediment)
    sketch.arrow(sediment, sedimentary)
    sketch.arrow(sedimentary, metamorphic)
    sketch.arrow(igneous, metamorphic)
    sketch.arrow(metamorphic, magma, via=[(60, 30)])
    sketch.note((131, 122), "cooling")
    sketch.note((287, 122), "weathering")
    sketch.note((377, 72), "compaction", "start")
    sketch.note((287, 38), "heat, pressure")
    sketch.note((212, 72), "heat, pressure", "start")
    sketch.note((110, 38), "melting")
    return sketch.drawing


def iceland_map() -> Drawing:
    """Draw a map of Iceland: volcanic zone, ice caps, towns and one route."""
    sketch = Sketch(462, 252)
    sketch.frame((0, 0), (350, 252), "#d6e9f5")
    sketch.blob([_project(*place) for place in ICELAND], "#e9e2c6")
    for zone in (WEST_ZONE, EAST_ZONE):
        sketch.blob([_project(*place) for place in zone], "#ee9b7c", None)
    for place, size in ICE_CAPS:
        sketch.ellipse(_project(*place), size, "#ffffff", "#8aa7b8")
    reykjavik, vik = _project(-21.9, 64.14), _project(-19.0, 63.43)
    sketch.place("Reykjavík", reykjavik, (-5, 7), "end")
    sketch.place("Vík", vik, (5, -6))
    sketch.place("Akureyri", _project(-18.1, 65.68), (-1, -9), "middle")
    sketch.place("Höfn", _project(-15.25, 64.27), (5, -6))
    sketch.volcano("Hekla", _project(-19.67, 63.98))
    sketch.volcano("Krafla", _project(-16.75, 65.72), (-3, -10))
    sketch.text(_project(-16.8, 64.42), "Vatnajökull", PLACE_NAME)
    sketch.text(_project(-15.2, 63.5), "Atlantic Ocean", WATERS)
    start, end = (reykjavik[0] + 4, reykjavik[1] - 3), (vik[0] - 5, vik[1] + 2)
    sketch.curve(start, end, -14, pen=ROUTE)
    sketch.legend(
        (364, 226),
        "Legend",
        [
            LegendEntry("Volcanic zone", "#ee9b7c"),
            LegendEntry("Glacier", "#ffffff"),
            LegendEntry("Older lava", "#e9e2c6"),
            LegendEntry("Sea", "#d6e9f5"),
            LegendEntry("Town", "#b3261e", "dot"),
            LegendEntry("Volcano", "#5a2a1a", "volcano"),
            LegendEntry("Field trip", "#1d4e9e", "route"),
        ],
    )
    return sketch.drawing


def animal_cell() -> Drawing:
    """Draw an animal cell whose nucleus holds a nucleolus."""
    sketch = Sketch(450, 226)
    sketch.blob(
        [
            (130, 118),
            (150, 188),
            (222, 214),
            (298, 196),
            (324, 126),
            (304, 46),
            (228, 12),
            (152, 40),
        ],
        "#c98d6b",
    )
    sketch.blob(
        [
            (138, 118),
            (156, 182),
            (222, 206),
            (293, 190),
            (316, 126),
            (298, 51),
            (228, 20),
            (157, 46),
        ],
        "#fbe8d6",
    )
    sketch.ellipse((220, 122), (84, 76), "#c9b6df")
    sketch.ellipse((230, 128), (26, 24), "#7f62a8")
    _organelles(sketch)
    sketch.leader("Cell membrane", (86, 186), (147.5, 176), "end")
    sketch.leader("Lysosome", (86, 140), (166, 150), "end")
    sketch.leader("Ribosome", (86, 92), (156, 104), "end")
    sketch.leader("Mitochondrion", (86, 46), (166, 60), "end")
    sketch.leader("Cytoplasm", (364, 180), (300, 172))
    sketch.leader("Nucleolus", (364, 132), (234, 129))
    sketch.leader("Nucleus", (364, 84), (244, 106))
    return sketch.drawing


def _organelles(sketch: Sketch) -> None:
    for at, size in (((180, 62), (46, 20)), ((262, 52), (44, 20)), ((262, 182), (44, 18))):
        sketch.ellipse(at, size, "#e58b7b")
        _folds(sketch, at)
    for at in ((166, 150), (288, 150)):
        sketch.ellipse(at, (20, 20), "#9ccfa5")
    for at in ((156, 104), (168, 92), (160, 122), (300, 112), (287, 117), (304, 122), (196, 186)):
        sketch.ellipse(at, (4, 4), "#40505c", None)


def _folds(sketch: Sketch, at: Point) -> None:
    x, y = at
    zigzag = [(x - 14 + index * 4, y + 4 * (-1) ** index) for index in range(8)]
    sketch.line(zigzag, Pen("#8c3b30", 0.7))


def _project(longitude: float, latitude: float) -> Point:
    # At 65 degrees north a degree of longitude is 0.42 of a degree of latitude.
    return (longitude + 24.9) * 0.42 * 70, (latitude - 63.1) * 70
