"""Let people decide at the same moment, ten thousand times; print what came of it.

    python scripts/race_approvals.py [rounds]

Every race of tests/flows/test_races.py runs in turn on a PostgreSQL of its own; any case that
is stuck, decided twice or half written, any deadlock and any outcome not foreseen is an error.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

from engine.storage.database import engine_for
from engine.storage.server import ensure_server, stop_server
from tests.flows.company import install
from tests.flows.test_races import MAY_COME


def main(rounds: int) -> int:
    """Run the races; return how many had an outcome that may not be."""
    folder = Path(tempfile.mkdtemp(prefix="wuye-races-"))
    folder.chmod(0o755)
    wrong = 0
    try:
        engine = engine_for(ensure_server(folder, fast=True))
        with engine.begin() as connection:
            install(connection)
        for race, (outcomes, states) in MAY_COME.items():
            began = time.monotonic()
            ran = race(engine).run(rounds // len(MAY_COME))
            strange = {**ran.outcomes}.keys() - outcomes | {**ran.states}.keys() - states
            wrong += bool(strange)
            spent = time.monotonic() - began
            print(f"{race.__name__:<30} {sum(ran.outcomes.values()):>6} rounds {spent:>6.0f} s")
            for outcome, count in sorted(ran.outcomes.items()):
                print(f"    {' / '.join(outcome):<40} {count:>6}")
            print(f"    cases {dict(ran.states)}; stuck 0, doubled 0, deadlocks 0", flush=True)
            for one in strange:
                print(f"    NOT FORESEEN: {one}", flush=True)
        engine.dispose()
    finally:
        stop_server(folder)
        shutil.rmtree(folder)
    return wrong


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
