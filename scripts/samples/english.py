"""The English chapter: earth science and biology."""

from __future__ import annotations

from . import english_figures as figures
from .layout import ChapterInfo, Composer, raster
from .raster import plant_cell

INFO = ChapterInfo(
    title="Living Cells on a Restless Earth",
    language="en",
    subject="biology and earth science",
    grade="grade 7-8",
    header="Chapter 1 -- Living Cells on a Restless Earth",
    first_page=8,
    accent="#1f5f7a",
    tint="#e8f1f5",
)


def compose() -> Composer:
    """Return the chapter, ready to be built."""
    page = Composer(INFO)
    page.title("Chapter 1", INFO.title)
    page.paragraphs(
        "Stand beside a pond on a windy day and almost everything you see is moving. Water "
        "rises into the air and falls again, insects hunt and are hunted, and deep below your "
        "boots hot rock creeps along about as slowly as your fingernails grow. This chapter "
        "follows matter on its journeys, from the largest scale to the smallest. We begin with "
        "water and with food, go down through the layers of the planet, and end inside a "
        "single cell."
    )
    _water(page)
    _pond(page)
    _inside(page)
    _rocks(page)
    _iceland(page)
    _animal_cell(page)
    _plant_cell(page)
    _links(page)
    _closing(page)
    return page


def _water(page: Composer) -> None:
    page.heading("1.1", "Water on the Move")
    page.paragraphs(
        "The Earth gains hardly any new water: the same water is used again and again. The "
        "endless movement of water between the sea, the air and the land is called the "
        "<b>water cycle</b>, and Figure 1.1 shows its main stages. The Sun drives it. When "
        "sunlight warms the ocean, water at the surface turns into an invisible gas, <b>water "
        "vapour</b>. <b>Evaporation</b> is the change of a liquid into a gas at its surface.",
        "High in the air it is cold. The vapour cools and turns back into tiny droplets that "
        "float as clouds; this change of a gas into a liquid is known as <b>condensation</b>. "
        "When the droplets grow too heavy to float, they fall. Rain, snow and hail are all "
        "forms of <b>precipitation</b>, which means any water that falls from clouds to the "
        "ground.",
    )
    page.figure(
        figures.water_cycle(),
        "Figure 1.1",
        "The water cycle. Each arrow shows where water goes next, and the words in italics "
        "name the change or the movement.",
    )
    page.paragraphs(
        "Much of the water that lands on a hillside flows over the surface as runoff and "
        "reaches rivers and lakes, which carry it to the ocean. The rest soaks into the soil. "
        "Water that fills the pores and cracks of rocks below the surface is called "
        "<b>groundwater</b>. It moves slowly, often only a few metres in a year, and it keeps "
        "springs and wells supplied when no rain falls. Plants take part too: their roots draw "
        "water from the soil and their leaves release it as vapour, a process called "
        "<b>transpiration</b>."
    )


def _pond(page: Composer) -> None:
    page.heading("1.2", "Who Feeds on Whom?")
    page.paragraphs(
        "Every living thing in a pond needs energy, and nearly all of that energy arrives as "
        "sunlight. A <b>producer</b> is an organism that makes its own food, usually with the "
        "help of light. An animal cannot do this. It has to eat, and so biologists call it a "
        "<b>consumer</b>, that is, an organism that feeds on other organisms.",
        "In Figure 1.2 the arrows with open heads point from the food to the feeder. Start "
        "with the algae and follow the arrows: you will find several different paths. A "
        "<b>food web</b> is a set of feeding paths that are linked together. Because the paths "
        "are linked, a change in one place is felt in others. If a disease killed the water "
        "fleas, for example, the stickleback would lose its food and the heron would have to "
        "hunt more diving beetles.",
    )
    page.figure(
        figures.pond_web(),
        "Figure 1.2",
        "A food web in a pond. Only some of the feeding paths are drawn.",
    )
    page.paragraphs("The organisms of the pond can be sorted by how they feed:")
    page.bullets(
        "Algae and pondweed are the producers. They trap the energy of sunlight.",
        "The water flea, the tadpole and the pond snail are <b>herbivores</b>: animals that eat plants or algae.",
        "The stickleback, the diving beetle, the tufted duck and the heron catch other "
        "animals. An animal that hunts and eats other animals is a <b>predator</b>.",
        "Bacteria and fungi are <b>decomposers</b>, organisms that break down dead remains. "
        "They set free mineral salts, which pondweed takes up again.",
    )


def _inside(page: Composer) -> None:
    page.heading("1.3", "Inside the Earth")
    page.paragraphs(
        "No one has ever travelled far below the ground. The deepest hole ever drilled, on the "
        "Kola Peninsula in Russia, stops at a little over 12 km, yet the centre of the Earth "
        "lies about 6,370 km down. What we know comes mainly from earthquakes, for their waves "
        "change speed and direction as they pass from one material to another. They reveal "
        "that the planet is built in layers, like an onion (Figure 1.3)."
    )
    page.paragraphs(
        "We live on the <b>crust</b>, the thin and rigid outer layer of the Earth. Below it "
        "lies the <b>mantle</b>, a thick layer of hot rock. The mantle is solid, but over "
        "millions of years it flows like very stiff toffee. The outer core is made of liquid "
        "iron and nickel, and its swirling motion creates the Earth's magnetic field. The "
        "inner core is even hotter, but the enormous pressure keeps its metal solid. Table 1.1 "
        "compares the four layers."
    )
    page.figure_beside(
        figures.earth_layers(),
        "Figure 1.3",
        "The layers of the Earth, cut through the middle. The thickness of the crust is "
        "exaggerated: at true scale it would be thinner than the line around it.",
    )
    page.table(
        [
            ["Layer", "Depth of its base", "Mainly made of", "State"],
            ["Crust", "5 to 70 km", "rock", "solid"],
            ["Mantle", "2,890 km", "rock", "solid, but slowly flowing"],
            ["Outer core", "5,150 km", "iron and nickel", "liquid"],
            ["Inner core", "6,370 km", "iron and nickel", "solid"],
        ],
        [85, 105, 105, 130],
        "Table 1.1",
        "The layers of the Earth (rounded values).",
    )


def _rocks(page: Composer) -> None:
    page.heading("1.4", "Rocks That Change")
    page.columns(
        "In some places the upper mantle or the lower crust melts. <b>Magma</b> is molten rock "
        "stored below the surface. When it cools and hardens, crystals grow and lock together. "
        "A rock that forms from cooling magma or lava is called an <b>igneous rock</b>. "
        "Granite cools slowly at depth and has large crystals; basalt cools fast at the "
        "surface and its crystals are tiny.",
        "Wind, frost and rain attack every rock that is exposed. The breaking up of rock where "
        "it stands is known as <b>weathering</b>. Rivers carry the loose grains away and drop "
        "them in layers. Such loose material, which scientists call <b>sediment</b>, is buried "
        "under younger layers, pressed together and cemented. Sandstone and most limestones "
        "are sedimentary rocks of this kind.",
        "Rocks that are buried deeply, or baked by nearby magma, change without melting. A "
        "<b>metamorphic rock</b> is a rock altered by heat, by pressure or by both. Limestone, "
        "for instance, turns into marble.",
        "As Figure 1.4 shows, no kind of rock is the last stage of the journey. If metamorphic "
        "rock becomes hot enough it melts, and the path leads back to magma.",
    )
    page.figure(
        figures.rock_paths(),
        "Figure 1.4",
        "How rocks change into one another. The arrow with a corner closes the cycle.",
    )


def _iceland(page: Composer) -> None:
    page.heading("1.5", "Iceland, an Island Pulled Apart")
    page.paragraphs(
        "The crust and the uppermost mantle are broken into huge slabs. Each of these rigid, "
        "moving slabs is called a <b>tectonic plate</b>. Iceland sits across the boundary "
        "between two of them, which drift apart by about two centimetres a year. Magma rises "
        "to fill the gap, and so a belt of volcanoes crosses the island. On the map in Figure "
        "1.5 this volcanic zone is coloured orange: it enters the island in the south-west and "
        "leaves it in the north-east. Older lava, some of it more than ten million years old, "
        "has been carried away from the boundary and now forms the rest of the land."
    )
    page.figure(
        figures.iceland_map(),
        "Figure 1.5",
        "Iceland. The map is simplified: small glaciers and most volcanoes are left out.",
    )
    page.paragraphs(
        "Hekla is one of the island's most active volcanoes, and Krafla, in the north, poured "
        "out lava in several eruptions between 1975 and 1984. The white patches are glaciers. "
        "A <b>glacier</b> is a large mass of ice that flows slowly downhill under its own "
        "weight. The largest, Vatnajökull, covers part of the volcanic zone, and when a "
        "volcano erupts beneath it the meltwater may burst out in a sudden flood. The blue "
        "arrow on the map marks a school's field trip, which follows the coast from Reykjavík "
        "to Vík."
    )


def _animal_cell(page: Composer) -> None:
    page.heading("1.6", "The Animal Cell")
    page.paragraphs(
        "Scoop up a drop of pond water, put it under a microscope, and another world appears. "
        "Whether it is a heron or a water flea, every organism is made of one or more cells. A "
        "<b>cell</b> is the smallest unit of life. Figure 1.6 shows a typical animal cell.",
    )
    page.paragraphs(
        "The <b>cell membrane</b> is the thin skin that surrounds the cell; it controls what "
        "enters and what leaves. The jelly-like material that fills the cell is the "
        "<b>cytoplasm</b>, where many chemical reactions take place. The <b>nucleus</b> "
        "contains the DNA and directs the work of the cell. Within it lies a darker body, the "
        "<b>nucleolus</b>, in which the parts of ribosomes are made. A ribosome is tiny, but "
        "it has an important task: it assembles proteins. Energy is supplied by the "
        "<b>mitochondrion</b>, the part of the cell that releases energy from food with the "
        "help of oxygen. A <b>lysosome</b> is a small bag of digestive substances that breaks "
        "down worn-out parts.",
    )
    page.figure(
        figures.animal_cell(),
        "Figure 1.6",
        "An animal cell, drawn as it might look when magnified several thousand times.",
    )


def _plant_cell(page: Composer) -> None:
    page.heading("1.7", "The Plant Cell")
    picture = plant_cell()
    page.paragraphs(
        "Compare the cell of a leaf (Figure 1.7) with the animal cell above. It has a nucleus, "
        "cytoplasm and a cell membrane as well, but three parts are new. The stiff outer "
        "layer, made of cellulose, is called the <b>cell wall</b>; it gives the plant its "
        "strength. A <b>chloroplast</b> is a green body in which light is used to make sugar. "
        "Most of the space is taken up by the <b>vacuole</b>, a large bag filled with watery "
        "sap. When the vacuole is full it presses against the cell wall and keeps the leaf "
        "firm; when it loses water, the leaf wilts."
    )
    page.paragraphs(
        "Making sugar from water and carbon dioxide with the energy of light is known as "
        "<b>photosynthesis</b>. It happens in the chloroplast, and it is the reason why algae "
        "and pondweed can stand at the start of the food web in Figure 1.2. The animals above "
        "them, the heron included, live on energy that a chloroplast once trapped."
    )
    page.figure(
        raster(picture.png(), picture.width, picture.height),
        "Figure 1.7",
        "A cell from a leaf, as seen through a microscope (drawing).",
    )


def _links(page: Composer) -> None:
    page.heading("1.8", "From Rock to Leaf")
    page.paragraphs(
        "The journeys in this chapter meet wherever plants grow. Weathering breaks up a lava "
        "field, lichens and mosses settle on it, and over centuries a dark layer builds up. "
        "<b>Soil</b> is a mixture of rock grains, dead remains, air, water and living things. "
        "Rain that soaks into it dissolves mineral salts, and roots take them up.",
        "Mineral salts are needed in every cell. The nucleus, for example, cannot copy its DNA "
        "without phosphorus, and a chloroplast cannot trap light without magnesium. A substance "
        "that an organism needs in order to live and grow is called a <b>nutrient</b>. When the "
        "plant dies, decomposers return its nutrients to the soil, and streams wash some of them "
        "into lakes and the ocean, where they settle as part of the sediment.",
    )


def _closing(page: Composer) -> None:
    page.subheading("Check your understanding")
    page.bullets(
        "In Figure 1.1, find the part where the evaporation arrow starts. Which two arrows bring water to it?",
        "In Figure 1.2, which animal eats the tadpole, and which animal eats that hunter in turn?",
        "Look at Figure 1.4. Name the change that turns sediment into sedimentary rock.",
        "Which part shown in Figure 1.7, but not in Figure 1.6, makes sugar from light?",
    )
    page.keywords(
        "Key words",
        [
            "water cycle", "evaporation", "condensation", "precipitation",
            "groundwater", "producer", "consumer", "food web",
            "decomposer", "crust", "mantle", "magma",
            "sediment", "tectonic plate", "glacier", "nucleus",
            "cytoplasm", "mitochondrion", "chloroplast", "photosynthesis",
        ],
    )  # fmt: skip
