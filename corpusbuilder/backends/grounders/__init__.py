"""Grounders: who finds the evidence of a step."""
