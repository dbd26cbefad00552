"""What the attackers know: a record of each office, and files of each."""
