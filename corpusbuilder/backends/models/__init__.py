"""Vision-language models: how they are called, and how every call is kept.

A teacher, a judge or a grounder says what to ask (`base.ModelRequest`). `calls.Calls` looks into the ledger first, sets
money aside, has the model answer, and keeps the raw answer before anybody reads it. What serves the model, an endpoint
or this machine, is a `base.Model`.
"""
