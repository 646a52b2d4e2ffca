"""What happens: parse, generate, ground, verify, release. None knows another."""
