"""What a model has to make out to see a region: its shape, its size and place, and the tokens that carry it."""
