"""What was read, shown to a person."""
