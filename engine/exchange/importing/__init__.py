"""Import workbooks as customers have them: read, understood, looked at first, then written."""
