"""``corpusbuilder ground``."""

from corpusbuilder.cli.options import RunOptions, with_options


@with_options(RunOptions)
def ground(options: RunOptions) -> None:
    """Find the image regions and text spans that each reasoning step rests on.

    Cited ids, the arrows and names in the words of a step, and the sentences of the passages come first and need no
    model. ground.grounders adds models for pictures without labels: detector (zero-shot detection) and vlm (boxes from
    a vision-language model). Their calls are kept in the ledger as a teacher's are.
    """
    from corpusbuilder.cli.run import conclude, run

    conclude(options, run(options, ["ground"]))
