"""What all tasks have in common: their flags, log directories, and rows of the table."""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

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


class Row(NamedTuple):
    """A line of the table that `./dev bench` writes, as it is shown."""

    what: str
    ours: str
    rival: str = ""
    ratio: str = ""


def flags(about: str | None) -> argparse.ArgumentParser:
    """The flags that every task has; `about` is its docstring."""
    parser = argparse.ArgumentParser(description=(about or "").splitlines()[0])
    binary = Path(os.environ.get("STEPSCOPE_BINARY", RELEASE / "stepscope"))
    parser.add_argument("--json", type=Path, help="also write every measurement here")
    parser.add_argument("--data", type=Path, default=ROOT / "build/bench", help="for logdirs")
    parser.add_argument("--binary", type=Path, default=binary)
    parser.add_argument("--make_logdir", type=Path, default=binary.with_name("make_logdir"))
    return parser


def parse(parser: argparse.ArgumentParser) -> argparse.Namespace:
    arguments = parser.parse_args()
    for program in (arguments.binary, arguments.make_logdir):
        if not program.exists():
            sys.exit(f"{program} is missing: ./dev build makes it")
    return arguments


def make_logdir(shape: Shape, arguments: argparse.Namespace, layout: str = "torch") -> Path:
    """Once: the same arguments give the same bytes."""
    logdir = arguments.data / f"{layout}-{shape}"
    if not logdir.exists():
        unfinished = logdir.with_name(logdir.name + f".{os.getpid()}")
        command = [arguments.make_logdir, unfinished, "--format", layout]
        for name, value in shape._asdict().items():
            command += [f"--{name}", str(value)]
        unfinished.mkdir(parents=True)
        subprocess.run(command, check=True, stdout=sys.stderr)
        unfinished.rename(logdir)
    return logdir


def warm_up(logdir: Path) -> int:
    """Brings every byte into the page cache, and says how many there are."""
    buffer = bytearray(1 << 20)
    total = 0
    for path in logdir.rglob("*tfevents*"):
        with path.open("rb", buffering=0) as file:
            while read := file.readinto(buffer):
                total += read
    return total


def percentile(values: Sequence[float], share: float) -> float:
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def finish(task: str, rows: list[Row], arguments: argparse.Namespace, **details: object) -> None:
    """Prints the rows, and writes them with all that was measured if it is asked for."""
    cells = [Row._fields, *rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(Row._fields))]
    for row in cells:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )
    if arguments.json:
        machine = {"cores": os.cpu_count(), "system": platform.platform()}
        report = {"task": task, "machine": machine, "rows": [row._asdict() for row in rows]}
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(report | details, indent=1) + "\n")
