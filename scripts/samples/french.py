"""The French chapter: volcanoes for the SVT class, Pompeii for the history class."""

from __future__ import annotations

from . import french_figures as figures
from .layout import ChapterInfo, Composer, raster
from .raster import basalt_section

INFO = ChapterInfo(
    title="Villes et volcans",
    language="fr",
    subject="SVT et histoire-géographie",
    grade="cycle 4 (collège)",
    header="Chapitre 3 -- Villes et volcans",
    first_page=45,
    accent="#8c3420",
    tint="#f8ece6",
)


def compose() -> Composer:
    """Return the chapter, ready to be built."""
    page = Composer(INFO)
    page.title("Chapitre 3", INFO.title)
    page.paragraphs(
        "Près de Naples, en Italie, des centaines de milliers de personnes vivent au pied du "
        "Vésuve, un volcan qui sommeille depuis 1944. Pourquoi s'installer si près du danger ? "
        "Comment les villes d'hier ont-elles disparu, et comment celles d'aujourd'hui se "
        "protègent-elles ? Pour répondre, il faut comprendre ce qui se passe sous nos pieds, "
        "lire les témoignages du passé et observer les cartes. Ce chapitre croise donc le "
        "travail du géologue et celui de l'historien."
    )
    _volcano(page)
    _eruptions(page)
    _basalt(page)
    _pompeii(page)
    _pompeii_sources(page)
    _soil(page)
    _risk(page)
    _closing(page)
    return page


def _volcano(page: Composer) -> None:
    page.heading("3.1", "L'anatomie d'un volcan")
    page.paragraphs(
        "Tout commence en profondeur, là où une petite partie des roches du manteau fond. Le "
        "<b>magma</b> est un mélange de roche fondue, de cristaux et de gaz. Moins dense que "
        "les roches qui l'entourent, il monte et s'accumule dans la croûte terrestre. On "
        "appelle <b>chambre magmatique</b> le réservoir où le magma est stocké avant "
        "l'éruption. Elle se trouve le plus souvent à quelques kilomètres sous la surface "
        "(document 1)."
    )
    page.figure(
        figures.volcano_section(),
        "Document 1",
        "Coupe schématique d'un volcan. Les proportions ne sont pas respectées.",
    )
    page.paragraphs(
        "Quand la pression augmente, le magma s'échappe vers le haut. Le conduit qu'il "
        "emprunte s'appelle la <b>cheminée</b> ; il arrive qu'une cheminée secondaire s'ouvre "
        "sur le flanc. La cheminée principale débouche dans le <b>cratère</b>, c'est-à-dire "
        "l'ouverture en forme de cuvette située au sommet. Une fois sorti, le magma perd une "
        "grande partie de ses gaz et change de nom : la <b>lave</b> est la roche fondue qui "
        "s'écoule à la surface. Sa température est comprise entre 700 °C et 1 200 °C.",
        "Une <b>coulée de lave</b> descend la pente, ralentit, puis se fige. Les matériaux "
        "accumulés d'une éruption à l'autre construisent le relief que l'on appelle <b>cône "
        "volcanique</b>. Au-dessus du cratère s'élève parfois un <b>panache</b>, colonne de "
        "gaz et de cendres qui peut dépasser 30 km de hauteur et que le vent emporte très "
        "loin.",
    )


def _eruptions(page: Composer) -> None:
    page.heading("3.2", "Deux manières d'entrer en éruption")
    page.columns(
        "Tous les volcans ne se ressemblent pas. La <b>viscosité</b> désigne la résistance "
        "d'un fluide à l'écoulement : le miel est plus visqueux que l'eau. Celle d'un magma "
        "dépend surtout de sa richesse en silice et de sa température.",
        "Un magma pauvre en silice est fluide, et ses gaz s'en échappent sans peine. Une "
        "éruption qui produit surtout des coulées de lave est dite <b>effusive</b>. Le piton "
        "de la Fournaise, à La Réunion, en offre de beaux exemples.",
        "Un magma riche en silice est au contraire visqueux. Les gaz y restent piégés, la "
        "pression monte et la roche finit par voler en éclats. L'éruption est alors "
        "<b>explosive</b>, autrement dit elle projette violemment des débris dans l'air.",
        "Le phénomène le plus redoutable est la <b>nuée ardente</b> : un nuage brûlant de gaz, "
        "de cendres et de blocs, qui dévale les pentes à plus de 100 km/h. Le document 2 "
        "résume ces deux enchaînements.",
    )
    page.figure(
        figures.eruption_paths(),
        "Document 2",
        "De la chambre magmatique à l'éruption : le rôle de la silice et des gaz.",
    )


def _basalt(page: Composer) -> None:
    page.heading("3.3", "Une roche née du feu")
    picture = basalt_section()
    page.paragraphs(
        "En refroidissant, la lave devient une roche. Le <b>basalte</b> est une roche "
        "volcanique sombre, issue du refroidissement d'une lave fluide. Pour l'étudier, le "
        "géologue en taille une <b>lame mince</b>, c'est-à-dire une tranche si fine (0,03 mm) "
        "que la lumière la traverse. Le document 3 montre ce que l'on voit alors au "
        "microscope."
    )
    page.paragraphs(
        "Les grands cristaux, comme l'olivine et le pyroxène, ont eu le temps de grandir "
        "lentement dans la chambre magmatique. On nomme <b>microlite</b> un cristal très "
        "petit, en forme de baguette, apparu pendant la montée du magma. Le reste a été saisi "
        "par le froid : le <b>verre volcanique</b> est une matière sans cristaux, formée par "
        "un refroidissement très rapide. Enfin, une bulle de gaz laisse un petit vide arrondi, "
        "trace du gaz qui s'échappait de la lave. La taille des cristaux raconte donc "
        "l'histoire du refroidissement."
    )
    page.figure(
        raster(picture.png(), picture.width, picture.height),
        "Document 3",
        "Une lame mince de basalte observée au microscope (dessin).",
    )


def _pompeii(page: Composer) -> None:
    page.heading("3.4", "79 après J.-C. : la fin de Pompéi")
    page.paragraphs(
        "Au premier siècle, la région de Naples est l'une des plus riches de l'Empire romain. "
        "Pompéi, ville de commerce, s'élève près de l'<b>embouchure</b> du Sarno, c'est-à-dire "
        "de l'endroit où ce fleuve se jette dans la mer. En 62, un violent séisme l'endommage. "
        "Un <b>séisme</b> est une secousse du sol provoquée par une rupture brutale des roches "
        "en profondeur. Personne ne fait alors le lien avec le Vésuve, que les habitants "
        "prennent pour une simple montagne.",
        "Dix-sept ans plus tard, le volcan se réveille. Comme le montre la carte 1, les "
        "cendres et les ponces, poussées par le vent, tombent au sud-est et ensevelissent "
        "Pompéi et Stabies. La <b>ponce</b> est une roche volcanique si riche en bulles "
        "qu'elle flotte sur l'eau. Herculanum, à l'ouest, reçoit d'abord peu de cendres ; "
        "puis, dans la nuit, les nuées ardentes la recouvrent. Naples, plus éloignée, est "
        "épargnée.",
    )


def _pompeii_sources(page: Composer) -> None:
    page.paragraphs(
        "Nous connaissons le drame grâce à Pline le Jeune, qui l'observe depuis Misène. Dans "
        "une lettre à l'historien Tacite, il compare le panache à un pin parasol et raconte la "
        "mort de son oncle, Pline l'Ancien. Celui-ci commandait la flotte de Misène ; parti en "
        "bateau au secours des habitants, il aborda à Stabies, où il périt. Un tel récit est "
        "une <b>source</b>, nom que les historiens donnent à tout document qui les renseigne "
        "sur le passé.",
        "La ville dort ensuite sous plusieurs mètres de dépôts. Les premières fouilles "
        "s'ouvrent à Herculanum en 1738, puis à Pompéi en 1748 (document 4). On appelle "
        "<b>vestiges</b> les restes d'une construction ou d'un objet ancien. À Pompéi, ils "
        "sont si bien conservés que l'on y lit encore des affiches électorales peintes sur les "
        "murs : « Je vous prie d'élire… », répètent-elles.",
    )
    page.figure(
        figures.vesuvius_timeline(),
        "Document 4",
        "Le Vésuve et les hommes, frise chronologique. L'échelle n'est pas respectée.",
    )
    page.figure(
        figures.naples_map(),
        "Carte 1",
        "Le golfe de Naples en 79 (limites simplifiées). La flèche bleue indique le trajet de Pline l'Ancien.",
    )


def _soil(page: Composer) -> None:
    page.heading("3.5", "Des terres dangereuses, mais fertiles")
    page.paragraphs(
        "Si les hommes reviennent toujours au pied des volcans, c'est d'abord pour cultiver. "
        "La pluie, l'air et les racines attaquent la lave : l'<b>altération</b> est la "
        "transformation lente d'une roche au contact de l'eau et de l'air. Elle libère des "
        "éléments minéraux dont les plantes se nourrissent. Le document 5 montre que ces "
        "éléments circulent ensuite en boucle. Les feuilles mortes tombent sur le sol, où "
        "vivent les <b>décomposeurs</b>, ces êtres vivants qui transforment la matière morte "
        "en matière minérale. À chaque récolte, une partie des éléments quitte cependant le "
        "cycle."
    )
    page.figure(
        figures.soil_cycle(),
        "Document 5",
        "Le cycle des éléments minéraux dans un sol volcanique cultivé.",
    )
    page.paragraphs(
        "L'eau est une autre richesse. Dans le Massif central, la pluie s'infiltre à travers "
        "les anciennes coulées et ressort, filtrée, par des sources. Elle rejoint des rivières "
        "comme la Sioule, un affluent de l'Allier. On appelle <b>affluent</b> un cours d'eau "
        "qui se jette dans un autre. Les vignes du Vésuve et les vergers de l'Etna doivent eux "
        "aussi leur réputation à ces sols sombres, qui retiennent bien l'eau."
    )


def _risk(page: Composer) -> None:
    page.heading("3.6", "Vivre avec le risque")
    page.paragraphs(
        "Un volcan perdu au milieu de l'océan ne menace personne. L'<b>aléa</b> est la "
        "probabilité qu'un phénomène naturel dangereux se produise en un lieu donné. Les "
        "<b>enjeux</b>, eux, sont les personnes et les biens qui pourraient être touchés. Le "
        "<b>risque</b>, c'est la rencontre d'un aléa et d'enjeux : là où personne ne vit, il "
        "n'y en a pas. Le tableau 1 rappelle quatre catastrophes."
    )
    page.table(
        [
            ["Volcan", "Pays", "Ville touchée", "Année", "Phénomène"],
            ["Vésuve", "Italie", "Pompéi", "79", "cendres et nuées ardentes"],
            ["Montagne Pelée", "France (Martinique)", "Saint-Pierre", "1902", "nuée ardente"],
            ["Nevado del Ruiz", "Colombie", "Armero", "1985", "coulée de boue"],
            ["Nyiragongo", "Rép. dém. du Congo", "Goma", "2002", "coulée de lave"],
        ],
        [88, 112, 82, 48, 136],
        "Tableau 1",
        "Quatre villes frappées par une éruption.",
    )
    page.paragraphs("Pour réduire le risque, on agit de plusieurs façons :")
    page.bullets(
        "La <b>surveillance</b> consiste à mesurer sans relâche les séismes, les gaz et les "
        "déformations du sol. L'observatoire du Vésuve, fondé en 1841, est le plus ancien du "
        "monde.",
        "La <b>prévention</b> regroupe toutes les mesures prises à l'avance pour limiter les "
        "dégâts : plans d'évacuation, exercices, interdiction de bâtir.",
        "L'éducation apprend à chacun les bons gestes : au cœur d'une crise, une population préparée évacue plus vite.",
    )


def _closing(page: Composer) -> None:
    page.subheading("Pour s'entraîner")
    page.bullets(
        "Sur le document 1, repérez la partie qui relie la chambre magmatique au cratère. À quoi sert-elle ?",
        "À l'aide de la carte 1, citez une ville recouverte par les nuées ardentes et une ville épargnée.",
        "Combien d'années séparent le séisme de 62 des premières fouilles d'Herculanum (document 4) ?",
        "D'après le document 5, que deviennent les feuilles mortes tombées sur le sol ?",
    )
    page.keywords(
        "Mots-clés",
        [
            "magma", "chambre magmatique", "cheminée", "cratère",
            "lave", "panache", "viscosité", "nuée ardente",
            "basalte", "microlite", "séisme", "ponce",
            "vestiges", "altération", "affluent", "aléa",
            "enjeux", "risque", "surveillance", "prévention",
        ],
    )  # fmt: skip
