"""Measurements of speed and memory, each beside its limit; `make bench` prints them all."""
