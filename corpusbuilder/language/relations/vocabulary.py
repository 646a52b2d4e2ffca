"""Classes of words that say which way a relation runs. English and French, folded.

What classes of verbs there are, `verbs` says.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from corpusbuilder.language.relations.inflection import Tag, english_forms, french_forms
from corpusbuilder.language.relations.verbs import (
    ADJECTIVES_FR,
    PARTICLES_EN,
    PARTICLES_FR,
    VERBS_EN,
    VERBS_FR,
    VerbClass,
)

Kind: TypeAlias = Literal[
    "from", "to", "at", "via", "by", "between", "of", "aside", "arrow", "line", "path", "double", "indirect", "and",
    "then", "but", "rel", "not", "source", "target", "as", "the", "a", "this", "generic", "called", "it", "there",
    "latter", "former", "they", "nobody", "be", "have", "skip", "self", "quality", "for", "because", "instead",
    "untrue",
]  # fmt: skip

WORDS_EN: Final[Mapping[Kind, str]] = {
    "from": "from,out of,away from,off,after,since",
    "to": "to,into,onto,unto,toward,towards,before,until,as far as,up to,in the direction of,on the way to",
    "at": (
        "at,in,on,upon,within,with,over,against,on the side of,at the side of,by the side of,on the same side as,"
        "at the side with"
    ),
    "for": "for",
    "because": "due to,owing to,because of,thanks to",
    "instead": (
        "instead of,rather than,than,unlike,in contrast to,except,except for,as opposed to,not to be confused with"
    ),
    "untrue": "not true,not correct,not the case,false,untrue,wrong,incorrect,not right",
    "via": "via,through,by way of,by means of,passing by",
    "by": "by",
    "between": "between",
    "of": "of",
    "aside": (
        "north of,south of,east of,west of,to the north of,to the south of,to the east of,to the west of,"
        "near,next to,beside,besides,above,below,under,underneath,beneath,behind,inside,outside,around,along,"
        "according to,like,thanks to,left of,right of,to the left of,to the right of,on the left of,"
        "on the right of,on top of,in front of,close to,far from,different from,similar to,compared to,"
        "compared with,except,without,about,under the effect of,under the action of,under the influence of,"
        "among,inside of,in addition to,as well,contrary to,to the left,"
        "to the right,on the left,on the right,during,apart from,distinct from,in contrast to"
    ),
    "arrow": (
        "arrow,arrows,bar,bars,t bar,inhibition bar,directed link,directed links,directed line,directed edge,"
        "directed connection,oriented link"
    ),
    "line": (
        "leader line,leader lines,leader,callout line,pointer,line,lines,link,links,connection,connections,"
        "connector,connectors,stroke,strokes,segment"
    ),
    "path": (
        "path,paths,way,route,flow,flows,transition,passage,transformation,conversion,current,journey,"
        "transfer,movement,trip,direction,relation,relationship,chain,shaft,course,road,roads,routes,"
        "itinerary,track,trail,journeys"
    ),
    "double": (
        "double,doubly,two headed,two way,both directions,both ways,each direction,both ends,each end,"
        "each other,one another,mutually,mutual,bidirectional,reciprocal,reciprocally,vice versa,each way"
    ),
    "indirect": "indirectly,indirect,ultimately,eventually,in several steps",
    "and": "and,or,as well as,plus,along with",
    "then": "then,next,afterwards,thereafter,subsequently,in turn,onwards,onward",
    "but": "but,whereas,while,however",
    "rel": "which,that,who,whom,what",
    "not": "no,not,never,neither,nor,cannot,none,nothing,without",
    "source": (
        "source,sources,origin,tail,tails,tail end,start,beginning,starting point,start point,cause,departure,"
        "departure point,point of departure,predecessor,prey,food,producer,provider,supplier,point of origin,"
        "base,diet,meal,foodstuff,nourishment,quarry,responsible"
    ),
    "target": (
        "target,targets,head,heads,tip,tips,end,destination,arrowhead,arrowheads,arrow head,arrow tip,"
        "end point,endpoint,finishing point,ending point,result,product,outcome,consequence,effect,successor,"
        "predator,eater,consumer,recipient,receiver,goal"
    ),
    "as": "as",
    "the": "the,its,their,his,her,whose",
    "a": "a,an,each,every,another,one,some,both,all,any,other,two,several,three,single,s",
    "this": "this,that,these,those,the same,such",
    "generic": (
        "stage,stages,step,steps,part,parts,element,elements,item,items,box,boxes,node,nodes,label,labels,"
        "word,words,name,term,text,region,area,zone,structure,organ,component,thing,place,point,number,"
        "callout,circle,figure,diagram,map,drawing,picture,image,scheme,cycle,chart,city,town,country,animal,"
        "plant,species,organism,event,phase,compartment,level,state,process,rectangle,ellipse,shape,frame,"
        "food web,food chain,web,order,sequence,entry,letter,reservoir,substance,material,object,location,"
        "site,group,category,side,answer,question,choice,option"
    ),
    "called": "called,named,labelled,labeled,marked,reading,entitled,titled,known as,bearing",
    "it": "it",
    "there": "there",
    "latter": "the latter,this last,latter,the last,the last one",
    "former": "the former,former,the first",
    "they": "they,them,themselves",
    "nobody": "we,you,i,us,someone,anyone,whoever,people,there is,there are,there exists,there was,there runs",
    "be": "is,are,was,were,be,been,being",
    "have": "has,have,had,having",
    "skip": (
        "in the end,at last,in time,over time,with time,at once,in due course,in the long run,"
        "right away,first of all,"
        "step by step,little by little,bit by bit,to begin with,at first,without delay,"
        "also,directly,only,just,itself,again,back,straight,up,down,along,away,out,over,finally,later,once,"
        "thus,therefore,so,hence,can,may,must,will,would,could,should,shall,do,does,did,really,always,now,"
        "immediately,not only,too,even,clearly,meanwhile,exactly,for example,for instance"
    ),
    "quality": (
        "black,red,blue,green,grey,gray,orange,purple,yellow,brown,white,dashed,dotted,solid,curved,small,big,"
        "large,long,short,thick,thin,bold,bent,coloured,colored,left,right,top,bottom,upper,lower,central,"
        "horizontal,vertical,diagonal,simple,plain,first,second,third,last,following,adjacent,neighbouring,"
        "outgoing,incoming,ingoing,main,chief,principal,favourite,favorite,preferred,usual,staple,natural"
    ),
}
WORDS_FR: Final[Mapping[Kind, str]] = {
    "from": ("depuis,a partir de,au depart de,en provenance de,hors de,apres,a la suite de,d ou,en partant de"),
    "to": "au,aux,vers,jusqu a,jusque,en direction de,a destination de,avant",
    "at": "dans,en,sur,avec,contre,chez,du cote de,du meme cote que",
    "for": "pour",
    "because": "du a,due a,dus a,dues a,a cause de,en raison de,grace a",
    "instead": (
        "au lieu de,plutot que,plutot qu,plus que,plus qu,moins que,moins qu,autant que,autant qu,"
        "contrairement a,a la difference de,a l inverse de,sauf,hormis,par opposition a"
    ),
    "untrue": "pas vrai,pas exact,pas correct,pas le cas,faux,inexact,incorrect,pas juste",
    "via": "via,en passant par,par l intermediaire de,par le biais de,a travers,au travers de",
    "by": "par",
    "between": "entre",
    "of": "de,du,des,d",
    "aside": (
        "au nord de,au sud de,a l est de,a l ouest de,"
        "pres de,proche de,a cote de,au dessus de,au dessous de,en dessous de,a gauche de,a droite de,"
        "a gauche,a droite,autour de,a l interieur de,le long de,selon,d apres,par rapport a,quant a,"
        "au centre de,au milieu de,a propos de,parmi,lors de,sous,derriere,devant,comme pour,en haut,en bas,"
        "en haut de,en bas de,en haut a gauche,en haut a droite,en bas a gauche,en bas a droite,en face de,"
        "outre,a l exterieur de,d abord,tout d abord,en effet,de meme,du coup,par exemple,au contraire,"
        "en revanche,a l inverse,de plus,sous l effet de,sous l action de,sous l influence de,au fil de"
    ),
    "arrow": "fleche,fleches,barre,barres,barre d inhibition,lien oriente,lien flechee,lien fleche,trait fleche",
    "line": (
        "trait de rappel,traits de rappel,ligne de rappel,lignes de rappel,trait de repere,trait,traits,ligne,"
        "lignes,lien,liens,liaison,liaisons,connexion,connexions,segment,connecteur"
    ),
    "path": (
        "chemin,voie,trajet,flux,passage,transition,transformation,conversion,courant,parcours,transfert,"
        "route,mouvement,relation,chaine,circuit,sens,itineraire,itineraires,routes,voyage,piste,trajets,"
        "chemins"
    ),
    "double": (
        "double,doubles,deux sens,deux directions,deux bouts,deux extremites,deux pointes,l un l autre,"
        "l une l autre,les uns les autres,mutuellement,mutuel,mutuelle,reciproque,reciproquement,"
        "bidirectionnelle,bidirectionnel,vice versa,double sens"
    ),
    "indirect": "indirectement,indirect,indirecte,en plusieurs etapes",
    "and": "et,ou,ainsi que,de meme que,comme aussi",
    "then": "puis,ensuite,enfin,a son tour",
    "but": "mais,tandis que,alors que,cependant",
    "rel": (
        "qui,que,qu,lequel,laquelle,lesquels,lesquelles,dont,ou,quoi,auquel,auxquels,auxquelles,duquel,"
        "desquels,desquelles"
    ),
    "not": "pas,jamais,aucun,aucune,ni,non,rien,sans,nullement",
    "source": (
        "source,origine,origines,queue,depart,debut,point de depart,cause,proie,nourriture,aliment,"
        "predecesseur,provenance,commencement,fournisseur,producteur,base,repas,pature,gibier,alimentation,"
        "regime alimentaire,source de nourriture,responsable,responsables"
    ),
    "target": (
        "cible,destination,pointe,pointe de fleche,tete de fleche,tete,bout,fin,extremite,arrivee,"
        "point d arrivee,resultat,produit,"
        "consequence,effet,aboutissement,terme,predateur,consommateur,successeur,destinataire,but"
    ),
    "as": "pour,comme,en tant que",
    "the": "le,la,les,l,son,sa,ses,leur,leurs",
    "a": "un,une,chaque,tout,toute,tous,toutes,deux,autre,autres,plusieurs,trois,seule,seul,meme",
    "this": "ce,cet,cette,ces",
    "generic": (
        "etape,etapes,partie,parties,element,elements,case,cases,noeud,noeuds,etiquette,etiquettes,mot,mots,"
        "nom,noms,terme,texte,region,zone,structure,organe,organes,composant,chose,lieu,endroit,point,numero,"
        "numeros,nombre,cercle,figure,schema,diagramme,carte,dessin,image,cycle,stade,ville,pays,animal,"
        "plante,espece,organisme,evenement,phase,compartiment,niveau,etat,processus,rectangle,ellipse,forme,"
        "cadre,boite,boites,reseau alimentaire,chaine alimentaire,reseau trophique,ordre,suite,entree,lettre,"
        "reservoir,substance,objet,site,groupe,categorie,cote,haut,bas,gauche,droite,legende,mention,sequence"
    ),
    "called": (
        "nomme,nommee,nommes,nommees,appele,appelee,intitule,intitulee,marque,marquee,etiquete,etiquetee,"
        "denomme,denommee,portant,libelle,libellee,se nomme,se nomment,s appelle,s appellent,qui porte"
    ),
    "it": "il,elle,lui,cela,ceci,ca,celui ci,celle ci,celui la,celle la,c",
    "there": "la,y",
    "latter": "ce dernier,cette derniere,la derniere,le dernier,ces derniers,ces dernieres",
    "former": "le premier,la premiere",
    "they": "ils,elles,eux,ceux ci,celles ci",
    "nobody": "on,nous,vous,je,il y a,il n y a,n y a,il existe,il s agit,c est,ce sont,il part,il faut",
    "be": "est,sont,etait,etaient,etre,ete,etant,soit,sera,seront,fut",
    "have": "ont,ayant,avait,avoir",
    "skip": (
        "a terme,a la longue,au final,au bout du compte,en fin de compte,en definitive,d emblee,tout de suite,"
        "aussitot,dans un premier temps,dans un second temps,dans un deuxieme temps,pour finir,pour commencer,"
        "sans delai,sans detour,puisque,puisqu,car,parce que,parce qu,lorsque,lorsqu,quand,or,"
        "aussi,directement,seulement,alors,donc,ainsi,encore,bien,toujours,finalement,egalement,ne,n,peut,"
        "peuvent,doit,doivent,immediatement,non seulement,tout droit,droit,y compris,parallelement,exactement,"
        "justement,lui meme,elle meme,ici,a nouveau,de nouveau,peu a peu,petit a petit,avec le temps,"
        "au fil du temps,par la suite,par consequent,souvent,parfois,desormais,maintenant"
    ),
    "self": "se,s",
    "quality": (
        "noire,noir,rouge,bleue,bleu,verte,vert,grise,gris,orange,violette,violet,jaune,brune,blanche,blanc,"
        "pointillee,pointille,pleine,courbe,petite,petit,grande,grand,longue,long,courte,court,epaisse,epais,"
        "fine,gauche,droite,haut,bas,superieure,superieur,inferieure,inferieur,central,centrale,horizontale,"
        "verticale,simple,premier,premiere,deuxieme,seconde,suivante,suivant,voisine,voisin,principal,"
        "principale,principaux,principales,favori,favorite,favoris,favorites,prefere,preferee,habituel,habituelle"
    ),
}


@dataclass(frozen=True, slots=True)
class VerbForm:
    """One reading of a written form."""

    verb: str
    """Dictionary form, with its particle: "feed on"."""
    verb_class: VerbClass
    tags: frozenset[Tag]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the words of one language say. Phrases are keyed by their first word."""

    verbs: Mapping[str, VerbForm]
    phrases: Mapping[str, tuple[tuple[tuple[str, ...], tuple[Kind, ...] | VerbForm], ...]]
    """For a first word: the whole phrase and its kinds, longest first; a phrase may be of two kinds."""

    def known(self, word: str) -> bool:
        """Whether a folded word has a meaning here."""
        return word in self.verbs or any(len(phrase) == 1 for phrase, _ in self.phrases.get(word, ()))


@lru_cache(maxsize=4)
def vocabulary(language: str) -> Vocabulary | None:
    """The words of a language (BCP 47); None for one that we cannot read."""
    code = language[:2].lower()
    if code == "en":
        return _vocabulary(VERBS_EN, PARTICLES_EN, WORDS_EN, english_forms)
    return _vocabulary(VERBS_FR, PARTICLES_FR, WORDS_FR, _french_words) if code == "fr" else None


def _french_words(verb: str) -> Iterator[tuple[str, Tag]]:
    """As `french_forms`, and adjectives that are used like a participle: "issue de"."""
    if verb in ADJECTIVES_FR:
        yield from ((verb + ending, "past") for ending in ("", "e", "s", "es"))
    else:
        yield from french_forms(verb)


def _vocabulary(
    verbs: Mapping[VerbClass, str],
    particles: Mapping[VerbClass, str],
    words: Mapping[Kind, str],
    forms: Callable[[str], Iterator[tuple[str, Tag]]],
) -> Vocabulary:
    known: dict[str, VerbForm] = {}
    for verb_class, listed in verbs.items():
        for verb in listed.split():
            for form, tags in _tags(forms(verb)).items():
                known.setdefault(form, VerbForm(verb, verb_class, tags))
    phrases: dict[tuple[str, ...], tuple[Kind, ...] | VerbForm] = {}
    for kind, listed in words.items():
        for key in _contracted(listed):
            before = phrases.get(key, ())
            phrases[key] = (*before, kind) if isinstance(before, tuple) else (kind,)
    phrases.update(_with_particles(particles, forms))
    by_first: dict[str, list[tuple[tuple[str, ...], tuple[Kind, ...] | VerbForm]]] = {}
    for phrase, meaning in sorted(phrases.items(), key=lambda item: (-len(item[0]), item[0])):
        by_first.setdefault(phrase[0], []).append((phrase, meaning))
    return Vocabulary(known, {word: tuple(found) for word, found in by_first.items()})


def _contracted(listed: str) -> Iterator[tuple[str, ...]]:
    """The phrases of a list; one that ends in "de" or "a" has also the forms with "du", "des", "d'", "au", "aux"."""
    for phrase in listed.split(","):
        *words, last = phrase.split()
        contracted = {"de": ("de", "du", "des", "d"), "a": ("a", "au", "aux")}.get(last, (last,)) if words else (last,)
        yield from ((*words, form) for form in contracted)


def _tags(forms: Iterator[tuple[str, Tag]]) -> dict[str, frozenset[Tag]]:
    found: dict[str, set[Tag]] = {}
    for form, tag in forms:
        found.setdefault(form, set()).add(tag)
    return {form: frozenset(tags) for form, tags in found.items()}


def _with_particles(
    particles: Mapping[VerbClass, str],
    forms: Callable[[str], Iterator[tuple[str, Tag]]],
) -> Iterator[tuple[tuple[str, ...], VerbForm]]:
    for verb_class, listed in particles.items():
        for phrase in listed.split(","):
            verb = phrase.split()[0]
            for form, tags in _tags(forms(verb)).items():
                for key in _contracted(phrase):
                    yield (form, *key[1:]), VerbForm(phrase, verb_class, tags)
