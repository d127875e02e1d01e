#!/usr/bin/env python3
"""A second start on a log directory that has not changed: until the first answer is there.

README.md says what is measured.
"""

import json
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import task
from compare import kept_by_ours
from servers import DataServer, Stepscope
from task import Row, Shape

SHAPES = [Shape(20, 50, 10_000), Shape(1000, 20, 500)]
SETTLE_S = 3  # For an index that is written after loading.


def any_series(server: Stepscope) -> tuple[str, str]:
    run = json.loads(server.ask("GET", "/api/runs?limit=1"))["runs"][0]["name"]
    tag = json.loads(server.ask("GET", "/api/tags?plugin=scalars&limit=1"))["tags"][0]["tag"]
    return run, tag


def first_answer_seconds(
    binary: Path, logdir: Path, cache: Path, shape: Shape, series: tuple[str, str]
) -> float:
    begun = time.perf_counter()
    with Stepscope(binary, logdir, cache=cache) as server:
        [(_, table)] = kept_by_ours(server, [series])
        seconds = time.perf_counter() - begun
        assert len(table["step"]) == shape.steps, "points are missing"
        assert server.environment["points"] == shape.scalars
        server.end()
    return seconds


def main() -> None:
    parser = task.flags(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = task.parse(parser)
    rows, results = [], []
    for shape in SHAPES:
        logdir = task.make_logdir(shape, arguments)
        task.warm_up(logdir)
        with TemporaryDirectory() as folder:
            cache = Path(folder)
            with Stepscope(arguments.binary, logdir, cache=cache) as server:
                series = any_series(server)
                time.sleep(SETTLE_S)
                cold = server.measurement.seconds
                server.end()
            index_bytes = sum(f.stat().st_size for f in cache.rglob("*") if f.is_file())
            warm = [
                first_answer_seconds(arguments.binary, logdir, cache, shape, series)
                for _ in range(arguments.rounds)
            ]
        with DataServer(logdir) as server:
            theirs = server.measurement.seconds
        median = statistics.median(warm)
        results.append(
            {"shape": str(shape), "cold": cold, "warm": warm, "index_bytes": index_bytes}
        )
        what = f"second start to the first answer, {shape.scalars:,} scalars, {shape}"
        rows.append(Row(what, f"{median:.3f} s", f"{theirs:.2f} s", f"{theirs / median:.1f}"))
    task.finish("warm_start", rows, arguments, results=results)


if __name__ == "__main__":
    main()
