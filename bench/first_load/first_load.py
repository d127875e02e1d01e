#!/usr/bin/env python3
"""Ours beside TensorBoard's data server: from process start to the last point to be had.

README.md says what is compared and how to read the table.
"""

import argparse
import statistics
import sys

import task
from compare import check
from servers import DataServer, Measurement, Stepscope
from task import Row, Shape

# Few long runs, and many short ones.
SMALL = [Shape(20, 50, 200), Shape(200, 20, 50)]
FULL = [Shape(20, 50, 10_000), Shape(1000, 20, 500)]


def parse_arguments() -> argparse.Namespace:
    parser = task.flags(__doc__)
    parser.add_argument("--full", action="store_true", help="10 M scalars a shape; small: 200,000")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is timed, in turn")
    parser.add_argument("--format", choices=["torch", "tf"], default="torch", help="whose records")
    parser.add_argument("--checksum", action="store_true", help="the data server verifies too")
    parser.add_argument(
        "--min_ratio", type=float, help="fail if a shape's median wall ratio is below"
    )
    return task.parse(parser)


def measure(shape: Shape, arguments: argparse.Namespace) -> dict:
    logdir = task.make_logdir(shape, arguments, arguments.format)
    flags = ["--checksum"] if arguments.checksum else []

    # Also brings every byte into the page cache.
    with Stepscope(arguments.binary, logdir) as ours, DataServer(logdir, *flags) as theirs:
        print(f"{shape}: {check(ours, theirs, *shape)}", file=sys.stderr)

    rounds = []
    for _ in range(arguments.rounds):
        with DataServer(logdir, *flags) as theirs:
            pass
        with Stepscope(arguments.binary, logdir) as ours:
            pass
        rounds.append({"theirs": theirs.measurement, "ours": ours.measurement})
    return {
        "shape": str(shape),
        "scalars": shape.scalars,
        "bytes": sum(path.stat().st_size for path in logdir.rglob("*tfevents*")),
        "rounds": rounds,
        # Pair by pair, because a machine's speed drifts.
        "ratios": {
            field: [getattr(r["theirs"], field) / getattr(r["ours"], field) for r in rounds]
            for field in Measurement._fields
        },
    }


def column(result: dict, who: str, field: str) -> list[float]:
    return [getattr(one[who], field) for one in result["rounds"]]


def print_table(results: list[dict]) -> None:
    print(f"{'':16}{'data server':>24}{'ours':>24}{'ratio':>18}")
    print(f"{'':16}{'min':>12}{'median':>12}{'min':>12}{'median':>12}{'min':>9}{'median':>9}")
    for result in results:
        print(f"{result['shape']}, {result['scalars']:,} scalars, {result['bytes']:,} bytes")
        for name, field, unit in (
            ("  wall s", "seconds", 1),
            ("  CPU s", "cpu_seconds", 1),
            ("  peak MiB", "peak_rss_bytes", 1 << 20),
        ):
            cells = []
            for who in ("theirs", "ours"):
                values = [value / unit for value in column(result, who, field)]
                cells += [f"{min(values):12.3f}", f"{statistics.median(values):12.3f}"]
            ratios = result["ratios"][field]
            cells += [f"{min(ratios):9.1f}", f"{statistics.median(ratios):9.1f}"]
            print(f"{name:16}{''.join(cells)}")


def to_json(value: object) -> object:
    if isinstance(value, Measurement):
        return value._asdict()
    if isinstance(value, dict):
        return {key: to_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [to_json(each) for each in value]
    return value


def rows(results: list[dict], arguments: argparse.Namespace) -> list[Row]:
    made = []
    for result in results:
        theirs, ours = (statistics.median(column(result, w, "seconds")) for w in ("theirs", "ours"))
        ratio = statistics.median(result["ratios"]["seconds"])
        what = f"{result['scalars']:,} scalars, {result['shape']}, {arguments.format}"
        made.append(Row(what, f"{ours:.3f} s", f"{theirs:.2f} s", f"{ratio:.1f}"))
    return made


def main() -> int:
    arguments = parse_arguments()
    results = [measure(shape, arguments) for shape in (FULL if arguments.full else SMALL)]
    print_table(results)
    task.finish("first_load", rows(results, arguments), arguments, results=to_json(results))
    least = arguments.min_ratio or 0
    slow = [r["shape"] for r in results if statistics.median(r["ratios"]["seconds"]) < least]
    if slow:
        print(f"first_load: below {least}: {', '.join(slow)}", file=sys.stderr)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
