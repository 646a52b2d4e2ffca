"""Examples go to annotators and come back: push, pull, and what it comes to."""
