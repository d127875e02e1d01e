#!/usr/bin/env python3
"""100,000 tags in each of 10 runs: how long a search takes while a person types.

README.md says what is measured.
"""

import json
import random
import re
import sys
import time
from urllib.parse import urlencode

import task
from servers import Stepscope
from task import Row, Shape

SHAPE = Shape(10, 100_000, 10)
PAGE = 100


def search(server: Stepscope, text: str, **page: int) -> tuple[dict, float]:
    begun = time.perf_counter()
    query = urlencode({"plugin": "scalars", "filter": text, "limit": PAGE} | page)
    answer = json.loads(server.ask("GET", f"/api/tags?{query}"))
    return answer, (time.perf_counter() - begun) * 1000


def all_tags(server: Stepscope) -> list[str]:
    tags: list[str] = []
    while len(tags) < SHAPE.tags:
        answer, _ = search(server, "", limit=10_000, offset=len(tags))
        tags += [tag["tag"] for tag in answer["tags"]]
    return tags


def searches(rng: random.Random, tags: list[str], count: int) -> list[str]:
    """What people type: a piece of a name as it grows, and regular expressions."""
    asked = []
    while len(asked) < count:
        tag = rng.choice(tags)
        begin = rng.randrange(len(tag) - 3)
        asked += [tag[begin : begin + length] for length in (1, 2, 4) if begin + length <= len(tag)]
        prefix, digits = tag.rsplit("_", 1)
        asked += [f"/^{prefix}.*{digits[-2:]}$/", f"/{digits[:2]}[0-9]+{digits[-1]}/"]
    return asked[:count]


def check(tags: list[str], text: str, answer: dict) -> None:
    pattern = text[1:-1] if text.startswith("/") else re.escape(text)
    expected = sum(bool(re.search(pattern, tag, re.IGNORECASE)) for tag in tags)
    assert answer["matching"] == expected, f"{text}: {answer['matching']}, not {expected}"


def main() -> None:
    parser = task.flags(__doc__)
    parser.add_argument("--searches", type=int, default=300)
    parser.add_argument("--max_p95_ms", type=float, help="fail if p95 is above")
    arguments = task.parse(parser)
    logdir = task.make_logdir(SHAPE, arguments)
    task.warm_up(logdir)
    with Stepscope(arguments.binary, logdir) as server:
        assert server.environment["points"] == SHAPE.scalars
        load_s = server.measurement.seconds
        _, first_ms = search(server, "loss")  # May have to put the names together.
        tags = all_tags(server)
        assert len(set(tags)) == SHAPE.tags
        asked = searches(random.Random(7), tags, arguments.searches)
        times = []
        for i, text in enumerate(asked):
            answer, ms = search(server, text)
            times.append(ms)
            if i < 50:
                check(tags, text, answer)
    p50, p95 = task.percentile(times, 0.5), task.percentile(times, 0.95)
    rows = [
        Row(
            f"{SHAPE.tags:,} tags, {SHAPE.runs} runs: search, p50 / p95",
            f"{p50:.1f} / {p95:.1f} ms",
        ),
        Row(f"{SHAPE.tags:,} tags, {SHAPE.runs} runs: first load", f"{load_s:.2f} s"),
    ]
    task.finish("many_tags", rows, arguments, first_search_ms=first_ms, times_ms=times)
    if arguments.max_p95_ms and p95 > arguments.max_p95_ms:
        sys.exit(f"many_tags: p95 {p95:.1f} ms is above {arguments.max_p95_ms}")


if __name__ == "__main__":
    main()
