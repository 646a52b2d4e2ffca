"""Verbs by the way their relations run. English and French, folded.

A verb is known by its class alone, its forms are made by `inflection`:

- ``drive``: from the subject to the object ("feeds", "devient"); ``draw``: from the object to the subject ("eats",
  "reçoit"); a passive turns both round;
- ``turn``: its object is what changes ("turns A into B");
- ``move``: only prepositions tell ("leads to", "provient de");
- ``begin`` and ``end``: as ``move``, and "at", "in", "on" mark the beginning or the end ("starts at", "points at");
- ``join``: neither end comes first; ``still``: no arrow is spoken of ("lies", "contains", "is called").
"""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

VerbClass: TypeAlias = Literal["drive", "draw", "turn", "move", "begin", "end", "join", "still", "unknown"]

VERBS_EN: Final[Mapping[VerbClass, str]] = {
    "drive": (
        "feed nourish give produce make form create generate yield cause provoke trigger induce bring become "
        "reach enter precede inhibit block activate stimulate suppress repress control regulate govern rule "
        "command appoint advise protect serve reward supply provide furnish provision support help fund "
        "influence affect fertilise fertilize pollinate infect irrigate water heat warm cool fill erode push "
        "power fuel release emit secrete excrete deliver strengthen weaken increase decrease promote favour "
        "favor hinder prevent limit reduce attack threaten defend invade conquer inform warn employ "
        "synthesise synthesize innervate send transfer transmit pump inject export sell offer grant sustain "
        "enrich replenish engender spark build attain encourage accelerate slow finance elect teach direct "
        "steer drive catalyse catalyze oxygenate lend contaminate pollute deposit prompt determine spur elicit "
        "instigate initiate foster"
    ),
    "draw": (
        "eat consume devour swallow ingest hunt receive obtain take absorb inherit import follow succeed "
        "leave exit drink use digest collect gather harvest acquire require need catch capture chew nibble gobble "
        "engulf"
    ),
    "turn": "transform convert change turn develop evolve metamorphose decay decompose",
    "move": (
        "lead go come run pass flow travel move proceed continue extend stretch head return descend ascend "
        "rise sink fall climb spread migrate sail drift stream pour empty discharge drain leak seep percolate "
        "infiltrate circulate grow hatch mature derive stem arise emerge issue emanate spring contribute "
        "carry convey transport guide conduct orient ship channel route shift jump fly swim transit get "
        "evaporate condense melt freeze solidify progress depart ensue cross wind"
    ),
    "begin": "start begin originate commence",
    "end": "end finish terminate stop arrive land culminate result point aim act impinge open",
    "join": "join link connect tie bind attach relate associate couple unite interact",
    "still": (
        "see find show locate stand sit situate position contain include enclose surround belong correspond "
        "call read write print mean mark represent depict indicate illustrate identify look observe notice "
        "note compare appear ask mention describe denote designate consist tell say know remain live happen "
        "occur border draw lie differ seem keep hold visit touch resemble share refer constitute"
    ),
}
VERBS_FR: Final[Mapping[VerbClass, str]] = {
    "drive": (
        "nourrir alimenter donner produire former creer engendrer generer causer provoquer entrainer "
        "declencher induire occasionner susciter devenir atteindre rejoindre gagner preceder inhiber bloquer "
        "activer stimuler controler reguler gouverner commander nommer conseiller proteger servir recompenser "
        "approvisionner fournir soutenir aider financer influencer affecter irriguer arroser chauffer "
        "rechauffer refroidir remplir eroder pousser envoyer liberer emettre degager secreter deverser livrer "
        "transmettre transferer apporter distribuer renforcer affaiblir augmenter diminuer favoriser empecher "
        "freiner limiter reduire attaquer menacer envahir conquerir informer employer feconder polliniser "
        "infecter fabriquer construire synthetiser deposer amener injecter exporter vendre ceder offrir "
        "accorder viser catalyser enrichir polluer contaminer ravitailler accelerer ralentir elire oxygener "
        "innerver faire regir dominer determiner initier inciter conditionner"
    ),
    "draw": (
        "manger consommer devorer avaler ingerer brouter croquer chasser recevoir obtenir prendre absorber "
        "capter recueillir importer suivre quitter boire utiliser digerer prelever puiser recuperer acquerir "
        "succeder exiger necessiter gober ronger picorer grignoter happer attraper capturer deguster pecher"
    ),
    "turn": "transformer convertir changer metamorphoser muer",
    "move": (
        "mener conduire aller venir provenir partir passer couler circuler ecouler continuer remonter "
        "descendre monter tomber etendre migrer retourner revenir resulter decouler deriver emaner naitre "
        "sortir jaillir emerger proceder ruisseler infiltrer evaporer condenser fondre geler tirer orienter "
        "diriger acheminer transporter deplacer voyager courir parcourir contribuer extraire ramener emmener "
        "poursuivre prolonger repartir dependre issu originaire tributaire traverser evoluer descendre "
        "heriter glisser rendre parvenir convoyer repaitre regaler delecter gaver eloigner"
    ),
    "begin": "commencer debuter demarrer amorcer",
    "end": (
        "finir terminer arriver aboutir deboucher pointer achever arreter entrer agir influer jeter plonger acceder"
    ),
    "join": "relier lier joindre unir connecter rattacher raccorder associer interagir",
    "still": (
        "voir trouver montrer situer reperer lire ecrire appeler contenir entourer renfermer comporter "
        "appartenir correspondre designer indiquer representer observer signifier porter placer apparaitre "
        "demeurer rester comparer posseder regarder remarquer noter dire vivre habiter loger chercher "
        "considerer identifier constater inclure englober tracer dessiner figurer laisser afficher decrire "
        "toucher ressembler constituer sembler paraitre"
    ),
}
PARTICLES_EN: Final[Mapping[VerbClass, str]] = {
    # Verbs that with their particle belong to another class; the particle is part of the verb.
    "draw": (
        "feed on,feed upon,prey on,prey upon,live on,live off,live from,feast on,graze on,browse on,depend on,"
        "depend upon,rely on,rely upon,draw on,pick up,dine on,subsist on,thrive on,snack on,nibble on,munch on,"
        "forage on,feed off,make a meal of,owe its existence to,owe their existence to,find its food in,"
        "find their food in"
    ),
    "drive": "fall on,fall upon,bring about,make up,carry out,set off,act upon,act on,serve as food,be food,"
    "set in motion,put in motion",
    "end": "end up",
    "still": "take part,take place,play a role",
    "move": (
        "pave the way,open the way,clear the way,give rise,give birth,give way,make way,set out,"
        "go on,carry on,make its way"
    ),
}
PARTICLES_FR: Final[Mapping[VerbClass, str]] = {
    "draw": (
        "devoir son existence a,devoir leur existence a,devoir son origine a,devoir leur origine a,"
        "devoir sa naissance a,devoir leur naissance a"
    ),
    "drive": "mettre en mouvement,mettre en marche,mettre en action",
    "still": "faire partie,jouer un role,faire penser",
    "move": (
        "ouvrir la voie,laisser la place,passer le relais,donner naissance,donner lieu,faire place,"
        "laisser place,ceder place,servir de nourriture,"
        "servir d aliment,faire suite,prendre fin"
    ),
    "begin": (
        "prendre naissance,prendre sa source,prendre leur source,prendre son origine,trouver son origine,"
        "trouver leur origine,trouver sa source,trouver leur source,trouver sa nourriture,trouver leur nourriture"
    ),
}
ADJECTIVES_FR: Final = frozenset(["issu", "originaire", "tributaire"])
