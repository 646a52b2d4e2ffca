"""review: what people say of examples, resolved, weighed against the checks, and measured."""

from corpusbuilder.stages.review.stage import InReview, ReviewStage, reviews_of

__all__ = ["InReview", "ReviewStage", "reviews_of"]
