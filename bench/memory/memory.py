#!/usr/bin/env python3
"""Resident bytes a scalar after loading, with every point kept, beside the data server's.

README.md says what is measured.
"""

import task
from servers import DataServer, Server, Stepscope
from task import Row, Shape

SHAPES = [Shape(20, 50, 10_000), Shape(1000, 20, 500)]
KEEPS_ALL = "--samples-per-plugin=scalars=all"


def measure(server: Server, shape: Shape) -> dict[str, float]:
    resident = server.status_bytes("VmRSS")
    return {
        "resident_bytes": resident,
        "peak_bytes": server.status_bytes("VmHWM"),
        "bytes_a_scalar": resident / shape.scalars,
    }


def main() -> None:
    parser = task.flags(__doc__)
    arguments = task.parse(parser)
    rows, results = [], []
    for shape in SHAPES:
        logdir = task.make_logdir(shape, arguments)
        with Stepscope(arguments.binary, logdir) as server:
            points = server.environment["points"]
            assert points == shape.scalars, f"ours has {points} points, not {shape.scalars}"
            ours = measure(server, shape)
        with DataServer(logdir, KEEPS_ALL) as server:
            theirs = measure(server, shape)
        results.append({"shape": str(shape), "ours": ours, "theirs": theirs})
        one, other = ours["bytes_a_scalar"], theirs["bytes_a_scalar"]
        what = f"resident bytes a scalar, {shape.scalars:,} scalars, {shape}"
        rows.append(Row(what, f"{one:.1f}", f"{other:.1f}", f"{other / one:.1f}"))
    task.finish("memory", rows, arguments, results=results)


if __name__ == "__main__":
    main()
