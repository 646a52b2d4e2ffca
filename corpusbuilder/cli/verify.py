"""``corpusbuilder verify``."""

from corpusbuilder.cli.options import RunOptions, with_options


@with_options(RunOptions)
def verify(options: RunOptions) -> None:
    """Check every example; what fails is kept, with the reasons."""
    from corpusbuilder.cli.run import conclude, run

    conclude(options, run(options, ["verify"]))
