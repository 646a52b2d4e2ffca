"""Its place puts `builders` and other shared test modules on the path."""
