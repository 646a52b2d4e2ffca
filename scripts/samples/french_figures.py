"""Vector figures of the French chapter."""

from __future__ import annotations

from reportlab.graphics.shapes import Drawing

from .drawing import ROUTE, STRONG, WATERS, LegendEntry, Pen, Point, Sketch

SEA = "#d3e6f3"
LAND = "#efe8d2"
FLOWS = "#e88f6d"
ASH = "#c4bfc6"
LAVA = "#e2572b"

# Rounded longitudes and latitudes: the map shows the bay, not every inlet.
SHORE = (
    (13.93, 41.0), (14.03, 40.89), (14.05, 40.83), (14.085, 40.78), (14.095, 40.81),
    (14.075, 40.83), (14.13, 40.826), (14.165, 40.8), (14.2, 40.795), (14.22, 40.825),
    (14.27, 40.842), (14.33, 40.812), (14.36, 40.782), (14.42, 40.755), (14.465, 40.742),
    (14.475, 40.7), (14.43, 40.68), (14.41, 40.65), (14.35, 40.63), (14.325, 40.572),
    (14.41, 40.605), (14.5, 40.63), (14.6, 40.63), (14.7507, 40.67),
)  # fmt: skip
ASH_FALL = (
    (14.41, 40.75), (14.44, 40.735), (14.45, 40.7), (14.4, 40.685), (14.5, 40.635),
    (14.6, 40.635), (14.68, 40.68), (14.64, 40.76), (14.55, 40.81), (14.46, 40.83),
)  # fmt: skip
HOT_FLOWS = (
    (14.333, 40.8), (14.345, 40.773), (14.41, 40.745), (14.46, 40.738), (14.5, 40.752),
    (14.51, 40.8), (14.49, 40.86), (14.43, 40.882), (14.37, 40.865),
)  # fmt: skip
ISLANDS = (
    ((13.9, 40.73), (30.0, 18.0)),
    ((14.015, 40.758), (9.0, 7.0)),
    ((14.235, 40.551), (22.0, 8.0)),
)


def volcano_section() -> Drawing:
    """Draw a volcano cut open, its parts named by leader lines."""
    sketch = Sketch(462, 240)
    sketch.frame((106, 0), (250, 240), "#eef4f8")
    sketch.polygon([(106, 0), (356, 0), (356, 82), (106, 82)], "#d9c3a0")
    sketch.blob(
        [
            (222, 168),
            (204, 192),
            (186, 206),
            (196, 228),
            (231, 233),
            (268, 226),
            (274, 205),
            (246, 192),
            (238, 168),
        ],
        "#b9bcc2",
    )
    sketch.polygon([(118, 82), (210, 174), (218, 164), (242, 164), (250, 174), (342, 82)], "#a98a73")
    sketch.polygon([(210, 174), (218, 164), (242, 164), (250, 174)], "#f3d9c4")
    sketch.ellipse((230, 34), (124, 44), LAVA)
    sketch.polygon([(224, 54), (236, 54), (236, 164), (224, 164)], LAVA, None)
    sketch.polygon([(224, 82), (224, 92), (167, 131), (160, 124)], LAVA, None)
    sketch.polygon([(250, 174), (318, 106), (328, 99), (337, 98), (336, 105), (257, 180)], "#b93a1c")
    sketch.leader("Panache", (98, 212), (206, 212), "end")
    sketch.leader("Cratère", (98, 176), (220, 168), "end")
    sketch.leader("Cheminée principale", (98, 146), (230, 146), "end")
    sketch.leader("Cheminée secondaire", (98, 112), (188, 112), "end")
    sketch.leader("Chambre magmatique", (98, 34), (192, 34), "end")
    sketch.leader("Coulée de lave", (366, 166), (283, 146))
    sketch.leader("Cône volcanique", (366, 90), (290, 98))
    sketch.leader("Croûte terrestre", (366, 34), (326, 34))
    return sketch.drawing


def eruption_paths() -> Drawing:
    """Draw what decides between the two kinds of eruption, with elbow arrows."""
    sketch = Sketch(466, 210)
    chamber = sketch.node("Chambre\nmagmatique", (48, 105), (82, 38), "round", "#f6d9d0")
    fluid = sketch.node("Magma fluide", (160, 178), (92, 36), "ellipse", "#f8cfa8")
    sticky = sketch.node("Magma visqueux", (160, 32), (92, 36), "ellipse", "#e9a58c")
    freed = sketch.node("Gaz libérés\nfacilement", (283, 178), (82, 34), "box", "#e8f0e2")
    trapped = sketch.node("Gaz piégés", (283, 32), (82, 34), "box", "#e8f0e2")
    calm = sketch.node("Éruption effusive", (412, 178), (96, 34), "box", "#dce8f3")
    violent = sketch.node("Éruption explosive", (412, 32), (96, 34), "box", "#dce8f3")
    flow = sketch.bare("Coulée de lave", (412, 124))
    cloud = sketch.bare("Nuée ardente", (412, 86))
    plume = sketch.bare("Panache", (283, 86))
    sketch.arrow(chamber, fluid, via=[(48, 178)])
    sketch.arrow(chamber, sticky, via=[(48, 32)])
    sketch.arrow(fluid, freed)
    sketch.arrow(freed, calm)
    sketch.arrow(calm, flow)
    sketch.arrow(sticky, trapped)
    sketch.arrow(trapped, violent)
    sketch.arrow(violent, cloud)
    sketch.arrow(violent, plume)
    sketch.note((80, 186), "peu de silice", "middle")
    sketch.note((76, 22), "beaucoup de silice", "middle")
    return sketch.drawing


def naples_map() -> Drawing:
    """Draw the bay of Naples in the year 79, with Pliny's crossing."""
    sketch = Sketch(470, 240)
    sketch.frame((0, 0), (341, 240), LAND)
    sketch.blob([_project(*place) for place in ASH_FALL], ASH, None)
    sketch.blob([_project(*place) for place in HOT_FLOWS], FLOWS, None)
    # The sea goes on top: it cuts the rounded deposits off at the shore.
    sketch.polygon([*(_project(*place) for place in SHORE), (341, 0), (0, 0), (0, 240)], SEA)
    for place, size in ISLANDS:
        sketch.ellipse(_project(*place), size, LAND)
    misenum, stabiae = _project(14.085, 40.788), _project(14.482, 40.703)
    sketch.place("Misène", misenum, (-5, -1), "end")
    sketch.place("Naples", _project(14.26, 40.85), (0, 9), "middle")
    sketch.place("Herculanum", _project(14.354, 40.806), (-9, -9), "end")
    sketch.place("Pompéi", _project(14.487, 40.75))
    sketch.place("Stabies", stabiae)
    sketch.place("Nola", _project(14.53, 40.926))
    sketch.place("Sorrente", _project(14.375, 40.632), (-14, 3), "end")
    sketch.volcano("Vésuve", _project(14.427, 40.822), (-13, 10))
    sketch.text(_project(14.2, 40.665), "Golfe de Naples", WATERS)
    start, end = (misenum[0] + 4, misenum[1] - 3), (stabiae[0] - 5, stabiae[1])
    sketch.curve(start, end, -12, pen=ROUTE)
    sketch.legend(
        (352, 200),
        "Légende",
        [
            LegendEntry("Nuées ardentes", FLOWS),
            LegendEntry("Cendres et ponces", ASH),
            LegendEntry("Terre épargnée", LAND),
            LegendEntry("Mer", SEA),
            LegendEntry("Ville romaine", "#b3261e", "dot"),
            LegendEntry("Volcan", "#5a2a1a", "volcano"),
            LegendEntry("Trajet de Pline", "#1d4e9e", "route"),
        ],
    )
    return sketch.drawing


def vesuvius_timeline() -> Drawing:
    """Draw the dates of Vesuvius along an axis, events above and below in turn."""
    sketch = Sketch(470, 104)
    axis = 52.0
    sketch.arrow((6, axis), (464, axis), pen=Pen(width=1.6))
    events = (
        ("62", "Séisme\nà Pompéi"),
        ("79", "Destruction\nde Pompéi"),
        ("1631", "Grande éruption\ndu Vésuve"),
        ("1738", "Fouilles\nd\u2019Herculanum"),
        ("1748", "Fouilles\nde Pompéi"),
        ("1841", "Observatoire\ndu Vésuve"),
        ("1944", "Dernière\néruption"),
    )
    for index, (year, event) in enumerate(events):
        x = 42 + index * 63.5
        up = 1 if index % 2 == 0 else -1
        sketch.line([(x, axis - 5), (x, axis + 5)], Pen(width=1.2))
        sketch.line([(x, axis + up * 5), (x, axis + up * 26)], Pen("#8a949c", 0.6))
        sketch.text((x, axis - up * 13), year, STRONG)
        sketch.text((x, axis + up * 39), event)
    return sketch.drawing


def soil_cycle() -> Drawing:
    """Draw how minerals circulate in a volcanic soil: curved arrows, open heads."""
    sketch = Sketch(466, 206)
    plants = sketch.node("Plantes cultivées", (224, 184), (104, 34), "ellipse", "#dcefd3")
    leaves = sketch.node("Feuilles mortes", (350, 104), (88, 30), "round", "#f3e3c2")
    eaters = sketch.node("Décomposeurs", (224, 24), (88, 30), "round", "#e7dcef")
    salts = sketch.node("Éléments\nminéraux", (98, 104), (84, 36), "box", "#f6d9d0")
    lava = sketch.bare("Lave altérée", (50, 22))
    harvest = sketch.bare("Récolte", (400, 184))
    sketch.curve(salts, plants, 28, head="open")
    sketch.curve(plants, leaves, 28, head="open")
    sketch.curve(leaves, eaters, 28, head="open")
    sketch.curve(eaters, salts, 28, head="open")
    sketch.arrow(lava, salts, head="open")
    sketch.arrow(plants, harvest, head="open")
    sketch.note((112, 164), "absorption", "end")
    sketch.note((318, 154), "chute des feuilles", "start")
    sketch.note((332, 48), "nutrition", "start")
    sketch.note((146, 62), "décomposition", "start")
    sketch.note((62, 62), "altération", "end")
    return sketch.drawing


def _project(longitude: float, latitude: float) -> Point:
    # At 41 degrees north a degree of longitude is 0.757 of a degree of latitude.
    return (longitude - 13.85) * 0.757 * 500, (latitude - 40.52) * 500
