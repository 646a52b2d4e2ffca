"""What licences mean: for a document, for the examples made of it, for the dataset as a whole. No legal advice."""

from corpusbuilder.stages.release.licences.attribution import attribution_line, lacks_attribution
from corpusbuilder.stages.release.licences.combining import Carried, carried_by_examples, of_whole, together
from corpusbuilder.stages.release.licences.judging import Judgement, hub_identifier, is_publishable, judge
from corpusbuilder.stages.release.licences.known import Licence

__all__ = [
    "Carried",
    "Judgement",
    "Licence",
    "attribution_line",
    "carried_by_examples",
    "hub_identifier",
    "is_publishable",
    "judge",
    "lacks_attribution",
    "of_whole",
    "together",
]
