"""What all who talk to a server share: when to ask again, and what must not be repeated."""
