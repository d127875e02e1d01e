#!/usr/bin/env python3
"""10,000 small runs, cold: from process start to the last point, beside the data server.

README.md says what is measured.
"""

import statistics
import sys

import task
from compare import check
from servers import DataServer, Stepscope
from task import Row, Shape

SHAPE = Shape(10_000, 22, 10)
CHECKED_RUNS = 200


def main() -> None:
    parser = task.flags(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = task.parse(parser)
    logdir = task.make_logdir(SHAPE, arguments)
    task.warm_up(logdir)
    with Stepscope(arguments.binary, logdir) as ours, DataServer(logdir) as theirs:
        print(check(ours, theirs, *SHAPE, max_runs=CHECKED_RUNS), file=sys.stderr)
    rounds = []
    for _ in range(arguments.rounds):
        with DataServer(logdir) as theirs:
            pass
        with Stepscope(arguments.binary, logdir) as ours:
            pass
        rounds.append((ours.measurement, theirs.measurement))
    seconds = [
        statistics.median(side.seconds for side in sides) for sides in zip(*rounds, strict=True)
    ]
    ratio = statistics.median(theirs.seconds / ours.seconds for ours, theirs in rounds)
    what = f"{SHAPE.runs:,} small runs, {SHAPE.scalars:,} scalars, first load"
    rows = [Row(what, f"{seconds[0]:.3f} s", f"{seconds[1]:.2f} s", f"{ratio:.1f}")]
    details = [{"ours": one._asdict(), "theirs": other._asdict()} for one, other in rounds]
    task.finish("many_runs", rows, arguments, rounds=details)


if __name__ == "__main__":
    main()
