"""How much one import may be."""

MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED_BYTES = 250 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 200
MOST_CELLS = 8_000_000
AT_ONCE_ROWS = 1_000  # that a person waits for; more go to the background
