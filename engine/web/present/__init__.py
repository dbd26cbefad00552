"""Values made ready for templates, as templates/CONTEXT.md says."""
