"""One measurement, for a process of its own: ``python -m benchmarks.measure autograd 0``.

The number goes to the standard output as JSON; of an engine that cannot go as deep as the workload, the
name of the error.
"""

from __future__ import annotations

import json
import sys

from benchmarks.engines import ENGINES
from benchmarks.workloads import MEASURES


def main(engine: str, index: str) -> None:
    try:
        result: float | str = MEASURES[int(index)].take(ENGINES[engine]())
    except RecursionError as error:
        result = type(error).__name__
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
