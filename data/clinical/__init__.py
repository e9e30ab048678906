"""Clinical rules as pure functions, their numbers as YAML with sources."""
