"""Calls to keep in a ledger, made by hand; and, run as a program, a writer that keeps answers until it is killed."""

import asyncio
import hashlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from corpusbuilder.records.call import Call, CallAnswer, CallState, Usage
from corpusbuilder.store.ledger import CallLedger

TIME = datetime(2026, 11, 22, 8, 30, 0, 125, tzinfo=UTC)


def key_of(name):
    return hashlib.sha256(str(name).encode()).hexdigest()


def call(name, **fields):
    request = {
        "messages": [{"role": "user", "parts": [{"text": f"What is {name}?"}, {"image": "ab" * 32}]}],
        "output": {"name": "answer", "schema": {}, "instruction": ""},
        "sampling": {"temperature": 0.2, "top_p": None, "seed": None, "max_tokens": 512},
        "sample": 0,
    }
    known = {
        "key": key_of(name),
        "producer": "openai",
        "model": "tiny-vl",
        "task": "questions",
        "prompt_id": "questions/en",
        "prompt_sha256": "cd" * 32,
        "document_id": "doc-1",
        "unit_id": "unit-1",
        "request": json.dumps(request),
    }
    return Call(**{**known, **fields})


def completion(text, *, reasoning=None):
    message = {"role": "assistant", "content": text}
    if reasoning is not None:
        message["reasoning_content"] = reasoning
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return json.dumps({"id": "cmpl-1", "object": "chat.completion", "choices": [choice]}).encode()


def answer(body=b"{}", **fields):
    known = {
        "body": body,
        "usage": Usage(prompt_tokens=900, completion_tokens=80, cached_tokens=700, reasoning_tokens=30),
        "price_usd": 0.25,
        "latency_s": 0.5,
        "attempts": 2,
        "response_id": "cmpl-1",
        "served_model": "tiny-vl-0001",
        "mode": "json_schema",
        "time": TIME,
    }
    return CallAnswer(**{**known, **fields})


def body_of(key):
    """A body that follows from the key, of up to 6 KB, not text."""
    return hashlib.shake_256(key.encode()).digest(20 + int(key[:4], 16) % 6000)


def keep(ledger, *pairs):
    """Keep calls with their answers, all at once."""

    async def all_of_them():
        await asyncio.gather(*(ledger.keep(*pair) for pair in pairs))

    asyncio.run(all_of_them())


def states(ledger):
    return {entry.call.key: entry.state for entry in ledger.entries()}


async def _keep_until_killed(ledger, name):
    async def work(worker):
        for number in range(10**9):
            asked = call(f"{name}/{worker}/{number}")
            ledger.plan(asked)
            await ledger.keep(asked, answer(body_of(asked.key)))
            sys.stdout.write(f"{asked.key}\n")
            sys.stdout.flush()
            ledger.settle(asked.key, CallState.PARSED)

    await asyncio.gather(*(work(worker) for worker in range(16)))


if __name__ == "__main__":
    with CallLedger(Path(sys.argv[1])) as opened:
        asyncio.run(_keep_until_killed(opened, sys.argv[2]))
