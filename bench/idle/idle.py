#!/usr/bin/env python3
"""What it costs to watch 10,000 runs in which nothing happens.

README.md says what is measured.
"""

import time
from pathlib import Path

import task
from servers import DataServer, Server, Stepscope
from task import Row, Shape

SHAPE = Shape(10_000, 22, 10)
SETTLE_S = 5  # After loading: until threads have ended and memory is given back.


def wake_ups(server: Server) -> int:
    """How often threads went to sleep and came back."""
    total = 0
    for status in Path(f"/proc/{server.pid}/task").glob("*/status"):
        for line in status.read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                total += int(line.split()[1])
    return total


def measure(server: Server, seconds: float) -> dict[str, float]:
    time.sleep(SETTLE_S)
    cpu, woken, begun = server.cpu_seconds(), wake_ups(server), time.perf_counter()
    time.sleep(seconds)
    passed = time.perf_counter() - begun
    return {
        "cpu_share": (server.cpu_seconds() - cpu) / passed,
        "wake_ups_a_second": (wake_ups(server) - woken) / passed,
        "open_files": server.open_files(),
    }


def main() -> None:
    parser = task.flags(__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    arguments = task.parse(parser)
    logdir = task.make_logdir(SHAPE, arguments)
    task.warm_up(logdir)
    with Stepscope(arguments.binary, logdir, follow=True) as server:
        assert server.environment["points"] == SHAPE.scalars
        ours = measure(server, arguments.seconds)
    with DataServer(logdir, reload="5") as server:  # TensorBoard's default.
        theirs = measure(server, arguments.seconds)
    share, other = ours["cpu_share"], theirs["cpu_share"]
    rows = [
        Row(
            f"{SHAPE.runs:,} idle runs: share of a core",
            f"{share:.3%}",
            f"{other:.2%}",
            f"{other / share:.0f}" if share else "",
        ),
        Row(
            f"{SHAPE.runs:,} idle runs: open files",
            f"{ours['open_files']:,}",
            f"{theirs['open_files']:,}",
        ),
        Row(
            f"{SHAPE.runs:,} idle runs: wake-ups a second",
            f"{ours['wake_ups_a_second']:.1f}",
            f"{theirs['wake_ups_a_second']:.1f}",
        ),
    ]
    task.finish("idle", rows, arguments, ours=ours, theirs=theirs)


if __name__ == "__main__":
    main()
