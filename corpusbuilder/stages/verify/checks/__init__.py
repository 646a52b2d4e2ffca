"""All checks, in the order in which they are reported. A check whose outcome would change gets a higher version."""

from typing import Final

from corpusbuilder.stages.verify.checks import (
    answer,
    choices,
    claims,
    evidence,
    form,
    heads,
    leaks,
    meaning,
    nearness,
    question,
    relations,
    understood,
)
from corpusbuilder.stages.verify.checks.base import Check

CHECKS: Final = (
    Check("shape", 1, form.shape),
    Check("ids_exist", 1, form.ids_exist),
    Check("steps_used", 1, form.steps_used),
    Check("language_matches", 2, form.language_matches),
    Check("evidence_present", 1, evidence.evidence_present, on_fail="not_enough_info"),
    Check("recall_rests_on_nothing", 1, evidence.recall_rests_on_nothing),
    Check("quote_matches", 1, evidence.quote_matches),
    Check("box_in_figure", 1, evidence.box_in_figure),
    Check("box_selective", 1, evidence.box_selective),
    Check("region_is_read", 1, evidence.region_is_read),
    Check("box_covers_elements", 1, evidence.box_covers_elements),
    Check("label_agrees", 1, claims.label_agrees),
    Check("arrow_agrees", 3, relations.arrow_agrees),
    Check("heads_agree", 1, heads.heads_agree),
    Check("words_stand_along_arrow", 1, relations.words_stand_along_arrow),
    Check("position_agrees", 1, relations.position_agrees),
    Check("colour_agrees", 1, relations.colour_agrees),
    Check("seen_in_evidence", 1, claims.seen_in_evidence),
    Check("said_is_understood", 2, understood.said_is_understood),
    Check("step_supported_by_quote", 2, claims.step_supported_by_quote),
    Check("infer_within_premises", 1, claims.infer_within_premises),
    Check("opposites_agree", 1, meaning.opposites_agree),
    Check("order_agrees", 1, meaning.order_agrees),
    Check("nothing_is_replaced", 1, meaning.nothing_is_replaced),
    Check("last_step_answers", 1, form.last_step_answers),
    Check("answer_derivable", 3, answer.answer_derivable),
    Check("answer_near_question", 1, nearness.answer_near_question),
    Check("answer_in_choices", 2, choices.answer_in_choices),
    Check("one_right_choice", 1, choices.one_right_choice),
    Check("question_agrees", 2, relations.question_agrees),
    Check("question_is_taken_up", 2, question.question_is_taken_up),
    Check("no_answer_leak", 2, leaks.no_answer_leak),
)
