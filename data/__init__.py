"""What is kept, and what is computed from it."""
