"""What can be swapped, and the only home of heavy imports."""
