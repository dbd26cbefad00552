"""Python actions of business domains; each folder is one plugin."""
