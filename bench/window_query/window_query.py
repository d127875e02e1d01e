#!/usr/bin/env python3
"""Random windows of one series of 10,000,000 points at 1,000 pixels, through the HTTP interface.

README.md says what is measured.
"""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import task
from compare import COLUMNS_TYPE, read_columns
from servers import Stepscope
from task import Row, Shape

SHAPE = Shape(1, 1, 10_000_000)
PIXELS = 1000
CHECKED_WINDOWS = 5
CHECKED_POINTS = 1_000_000  # The widest window that is asked for point by point.


def ask(server: Stepscope, name: tuple[str, str], window: tuple[int, int], pixels: int) -> dict:
    body = {"series": [name], "from": window[0], "to": window[1], "pixels": pixels}
    answer = server.ask("POST", "/api/scalars/series", json.dumps(body), COLUMNS_TYPE)
    return read_columns(answer)[0]


def ask_engine(binary: Path) -> dict:
    """The same question of the same kind of series, without a server: line_bench.cc."""
    program = binary.parent / "plugins/plugin_scalars_bench"
    words = [program, "--benchmark_filter=Windows/x:0/points:0/", "--benchmark_format=json"]
    said = subprocess.run(words, capture_output=True, check=True, text=True).stdout
    return json.loads(said)["benchmarks"][0]


def random_window(rng: random.Random) -> tuple[int, int]:
    """Of any width from the chart's to the whole series, each magnitude as often."""
    width = int(PIXELS * (SHAPE.steps / PIXELS) ** rng.random())
    begin = rng.randrange(SHAPE.steps - width + 1)
    return begin, begin + width - 1


def check(server: Stepscope, name: tuple[str, str], window: tuple[int, int]) -> None:
    """Every pixel column has its lowest and highest point."""
    first, last = window
    columns_a_step = PIXELS / ((last - first) / 2) / 2  # As thin.cc has it, to the last bit.
    points = ask(server, name, window, 0)
    thinned = ask(server, name, window, PIXELS)
    for table in (points, thinned):
        inside = (table["step"] >= first) & (table["step"] <= last)
        columns = ((table["step"][inside] - first) * columns_a_step).astype(int)
        table["column"] = np.minimum(columns, PIXELS - 1)
        table["inside"] = table["value"][inside]
    for reduce, start in ((np.minimum, np.inf), (np.maximum, -np.inf)):
        extremes = [np.full(PIXELS, start), np.full(PIXELS, start)]
        for extreme, table in zip(extremes, (points, thinned), strict=True):
            reduce.at(extreme, table["column"], table["inside"])
        assert np.array_equal(*extremes), f"an extreme is missing in {window}"


def main() -> None:
    parser = task.flags(__doc__)
    parser.add_argument("--windows", type=int, default=300)
    parser.add_argument(
        "--max_seconds", type=float, default=60, help="fewer windows if it takes longer"
    )
    parser.add_argument("--max_p95_ms", type=float, help="fail if p95 is above")
    arguments = task.parse(parser)
    logdir = task.make_logdir(SHAPE, arguments)
    rng = random.Random(7)
    with Stepscope(arguments.binary, logdir) as server:
        assert server.environment["points"] == SHAPE.scalars
        run = json.loads(server.ask("GET", "/api/runs"))["runs"][0]["name"]
        tag = json.loads(server.ask("GET", "/api/tags?plugin=scalars"))["tags"][0]["tag"]
        windows = [random_window(rng) for _ in range(arguments.windows)]
        narrow = [w for w in windows if w[1] - w[0] < CHECKED_POINTS]
        for window in narrow[:CHECKED_WINDOWS]:
            check(server, (run, tag), window)
        times = []
        deadline = time.monotonic() + arguments.max_seconds
        for window in windows:
            if time.monotonic() > deadline:
                break
            begun = time.perf_counter()
            ask(server, (run, tag), window, PIXELS)
            times.append((time.perf_counter() - begun) * 1000)
    p50, p95 = task.percentile(times, 0.5), task.percentile(times, 0.95)
    what = f"{SHAPE.steps:,} points, random windows at {PIXELS:,} px over HTTP, p50 / p95"
    engine = ask_engine(arguments.binary)
    in_engine = f"{SHAPE.steps:,} points, random windows at {PIXELS:,} px in the engine, p50 / p95"
    rows = [
        Row(in_engine, f"{engine['p50_ms']:.2f} / {engine['p95_ms']:.2f} ms"),
        Row(what, f"{p50:.1f} / {p95:.1f} ms"),
    ]
    task.finish("window_query", rows, arguments, times_ms=times, engine=engine)
    if arguments.max_p95_ms and p95 > arguments.max_p95_ms:
        sys.exit(f"window_query: p95 {p95:.1f} ms is above {arguments.max_p95_ms}")


if __name__ == "__main__":
    main()
