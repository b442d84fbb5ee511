"""How often a press syncs the card, counted between the program and its disk: `python -m bench.syncs`.

The tests' recorder does the counting (tests/support/disk.c), which needs a C compiler.
"""

from __future__ import annotations

import importlib
import json
import sys
import tempfile
from pathlib import Path

from bench.table import Line, keep

SUPPORT = Path(__file__).parents[1] / "tests" / "support"
# Fewer would mean that a press was thanked for before it was on the card, or that nothing was counted.
LEAST, MOST = 1.00, 1.01


def main() -> int:
    """Print syncs a press; answers 1 when they are not what the goal says."""
    sys.path.insert(0, str(SUPPORT))
    disk = importlib.import_module("disk")
    with tempfile.TemporaryDirectory() as library, tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        found = json.loads(disk.run(disk.build(Path(library)), "card_syncs.py", folder))
    ratio = found["syncs"] / found["presses"]
    print(f"Syncs a press ({found['presses']} presses counted): {ratio:.2f} (goal: at most {MOST:.2f})")  # noqa: T201
    met = LEAST <= ratio <= MOST
    keep("syncs", [Line("syncs a press", "one", f"<= {MOST:.2f}", f"{ratio:.2f}", met=met)], {"presses": found["presses"]})
    return int(not met)


if __name__ == "__main__":
    sys.exit(main())
