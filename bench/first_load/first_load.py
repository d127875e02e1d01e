#!/usr/bin/env python3
"""Ours beside TensorBoard's data server: from process start to the last point to be had.

README.md says what is compared and how to read the table.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from compare import check
from servers import DataServer, Measurement, Stepscope

ROOT = Path(__file__).resolve().parents[2]
RELEASE = ROOT / "build/release"


class Shape(NamedTuple):
    runs: int
    tags: int
    steps: int

    @property
    def scalars(self) -> int:
        return self.runs * self.tags * self.steps

    def __str__(self) -> str:
        return f"{self.runs}x{self.tags}x{self.steps}"


# Few long runs, and many short ones.
SMALL = [Shape(20, 50, 200), Shape(200, 20, 50)]
FULL = [Shape(20, 50, 10_000), Shape(1000, 20, 500)]


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="10 M scalars a shape; small: 200,000")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is timed, in turn")
    parser.add_argument("--format", choices=["torch", "tf"], default="torch", help="whose records")
    parser.add_argument("--checksum", action="store_true", help="the data server verifies too")
    parser.add_argument("--json", type=Path, help="also write every measurement here")
    parser.add_argument(
        "--min_ratio", type=float, help="fail if a shape's median wall ratio is below"
    )
    parser.add_argument("--data", type=Path, default=ROOT / "build/bench", help="for logdirs")
    binary = Path(os.environ.get("STEPSCOPE_BINARY", RELEASE / "stepscope"))
    parser.add_argument("--binary", type=Path, default=binary)
    parser.add_argument("--make_logdir", type=Path, default=binary.with_name("make_logdir"))
    return parser.parse_args()


def make_logdir(shape: Shape, arguments: argparse.Namespace) -> Path:
    """Once: the same arguments give the same bytes."""
    logdir = arguments.data / f"{arguments.format}-{shape}"
    if not logdir.exists():
        unfinished = logdir.with_name(logdir.name + f".{os.getpid()}")
        command = [arguments.make_logdir, unfinished, "--format", arguments.format]
        for name, value in shape._asdict().items():
            command += [f"--{name}", str(value)]
        unfinished.mkdir(parents=True)
        subprocess.run(command, check=True, stdout=sys.stderr)
        unfinished.rename(logdir)
    return logdir


def measure(shape: Shape, arguments: argparse.Namespace) -> dict:
    logdir = make_logdir(shape, arguments)
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


def main() -> int:
    arguments = parse_arguments()
    for program in (arguments.binary, arguments.make_logdir):
        if not program.exists():
            sys.exit(f"first_load: {program} is missing: ./dev build makes it")
    results = [measure(shape, arguments) for shape in (FULL if arguments.full else SMALL)]
    print_table(results)
    if arguments.json:
        machine = {"cores": os.cpu_count(), "system": platform.platform()}
        report = {"task": "first_load", "machine": machine, "results": to_json(results)}
        arguments.json.write_text(json.dumps(report, indent=1) + "\n")
    least = arguments.min_ratio or 0
    slow = [r["shape"] for r in results if statistics.median(r["ratios"]["seconds"]) < least]
    if slow:
        print(f"first_load: below {least}: {', '.join(slow)}", file=sys.stderr)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
