"""`python -m engine.cli`."""

from engine.cli import main

main(prog_name="wuye")
