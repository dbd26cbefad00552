"""The interpreter: knows metadata, and no business entity by name."""
