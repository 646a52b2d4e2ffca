"""Calls of models as text for a terminal."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from corpusbuilder.cli.report import printable
from corpusbuilder.pipeline.calls import as_json
from corpusbuilder.records.call import CallAnswer, LedgerEntry

_STATES: Final = ("planned", "answered", "parsed", "malformed", "refused", "rejected")


def lines_of(entry: LedgerEntry) -> Iterator[str]:
    """A call, from what was asked to what became of it."""
    for line in _lines(entry, as_json(entry)):
        yield printable(line)


def _lines(entry: LedgerEntry, plain: Mapping[str, Any]) -> Iterator[str]:
    call = entry.call
    yield f"call      {call.key}"
    yield f"state     {entry.state}{f': {entry.reason}' if entry.reason else ''}"
    yield f"model     {call.model} ({call.producer})"
    prompt = f", prompt {call.prompt_id} {(call.prompt_sha256 or '')[:12]}".rstrip() if call.prompt_id else ""
    yield f"task      {call.task}{prompt}"
    about = [name for name in (call.document_id, call.unit_id) if name]
    if about:
        yield f"about     {' '.join(about)}"
    yield from _request(plain["call"]["request"])
    if entry.answer is None:
        yield ""
        yield "no answer is on the disk"
        return
    yield from _section("reasoning", plain["reasoning"])
    yield from _section("answer", plain["answer"]["body"] if plain["text"] is None else plain["text"])
    yield ""
    yield from _about_answer(entry.answer)


def _request(request: object) -> Iterator[str]:
    """What was asked; a request of a form that is not ours as it stands."""
    if not isinstance(request, dict) or not isinstance(messages := request.get("messages"), list):
        yield from _section("request", request)
        return
    output, sampling = request.get("output"), request.get("sampling")
    kind = f"JSON, {output.get('name')}" if isinstance(output, dict) else "free text"
    yield f"output    {kind}"
    known = {**(sampling if isinstance(sampling, dict) else {}), "sample": request.get("sample")}
    yield f"sampling  {', '.join(f'{name}={value}' for name, value in known.items() if value is not None)}"
    for message in messages:
        is_ours = isinstance(message, dict) and isinstance(message.get("parts"), list)
        yield from _section(message.get("role") if is_ours else "message", message)


def _section(title: object, content: object) -> Iterator[str]:
    if content is None:
        return
    yield ""
    yield f"── {title} ──"
    parts = content.get("parts") if isinstance(content, dict) else None
    for part in parts if isinstance(parts, list) else [content]:
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict) and isinstance(part.get("text"), str):
            yield part["text"]
        elif isinstance(part, dict) and "image" in part:
            yield f"[image {part['image']}]"
        else:
            yield json.dumps(part, ensure_ascii=False, indent=2)


def _about_answer(answer: CallAnswer) -> Iterator[str]:
    usage = [f"{count:,} {name.removesuffix('_tokens')}" for name, count in answer.usage if count is not None]
    yield f"tokens    {', '.join(usage) or 'not stated'}"
    yield f"price     {'not known' if answer.price_usd is None else f'${answer.price_usd:.6f}'}"
    tries = "" if answer.attempts == 1 else f", sent {answer.attempts} times"
    yield f"latency   {answer.latency_s:.2f} s{tries}"
    said = (("served by", answer.served_model), ("response", answer.response_id), ("asked by", answer.mode))
    for name, value in said:
        if value:
            yield f"{name:<10}{value}"
    yield f"answered  {answer.time.isoformat(timespec='seconds')}"


def table_of(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Sums as a table, one line for each row of `pipeline.calls.Totals.as_json`."""
    states = [state for state in _STATES if any(row["states"][state] for row in rows)]
    header = ("task", "model", "calls", *states, "tokens in", "cached", "out", "reasoning", "cost $", "p50 s", "p95 s")
    cells = [header, *((row["task"], row["model"], *_numbers(row, states)) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(header))]
    for line in cells:
        texts = (
            f"{cell:<{w}}" if i < 2 else f"{cell:>{w}}" for i, (cell, w) in enumerate(zip(line, widths, strict=True))
        )
        yield printable("  ".join(texts).rstrip())
    unpriced = rows[-1]["answers_without_price"]
    if unpriced:
        yield f"the price of {unpriced:,} answers is not known; they are not in the cost"


def _numbers(row: Mapping[str, Any], states: Sequence[str]) -> Iterator[str]:
    yield f"{row['calls']:,}"
    yield from (f"{row['states'][state]:,}" for state in states)
    names = ("prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens")
    yield from (f"{row[name]:,}" for name in names)
    yield "?" if row["answers"] and row["answers_without_price"] == row["answers"] else f"{row['cost_usd']:,.4f}"
    for name in ("latency_p50_s", "latency_p95_s"):
        yield "" if row[name] is None else f"{row[name]:.2f}"
