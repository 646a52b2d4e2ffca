"""``corpusbuilder review``: people look at examples, in Label Studio."""

import typer

from corpusbuilder.cli.review.open import open_page
from corpusbuilder.cli.review.pull import pull
from corpusbuilder.cli.review.push import push
from corpusbuilder.cli.review.serve import serve
from corpusbuilder.cli.review.status import status

review = typer.Typer(
    name="review",
    help="People look at examples in Label Studio, and what they correct counts.",
    no_args_is_help=True,
)
for command in (serve, push, pull, status):
    review.command()(command)
review.command("open")(open_page)
