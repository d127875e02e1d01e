"""The comparison program: TensorBoard and Stepscope on one log directory, answer by answer.

    python tests/compat/compare.py LOGDIR

walks all that either of them lists, prints how many answers of each route were compared and where
they differ, and exits 1 if they do. The tests do the same with all fixtures, where some differences
are wanted (allowed.py).
"""

import argparse
import itertools
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from bad_questions import BAD_QUESTIONS
from plugin_walks import WALKS
from sites import Answer, Json, Site, stepscope, tensorboard
from walk import Question, Walk

# Far above what any log directory of a test holds, for both to answer with everything.
SAMPLES = 1_000_000
SAMPLED = ["scalars", "images", "audio", "histograms", "text", "pr_curves", "mesh"]
ALL_SAMPLES = ("--samples_per_plugin", ",".join(f"{plugin}={SAMPLES}" for plugin in SAMPLED))

# Objects with these members are written in one order; others are maps by name.
FIELDS = {"displayName", "description", "samples", "wall_time", "step", "query", "label", "text"}
FIELDS |= {"contentType", "precision", "recall", "true_positives", "false_positives", "components"}
FIELDS |= {
    "true_negatives",
    "false_negatives",
    "thresholds",
    "content_type",
    "config",
    "data_shape",
}
HTML = {"text", "description"}
SETS = {"domainDiscrete"}  # Lists in the order of Python's hashes.


class Difference(NamedTuple):
    plugin: str
    route: str
    run: str | None
    tag: str | None
    path: str  # Into the answer.
    ours: str
    theirs: str
    request: str | None = None  # That was JSON.

    def __str__(self) -> str:
        place = f"/data/plugin/{self.plugin}/{self.route} run={self.run!r} tag={self.tag!r}"
        if self.request is not None:
            place = f"/data/plugin/{self.plugin}/{self.route} {self.request}"
        return f"{place} {self.path}: ours {self.ours!r}, TensorBoard's {self.theirs!r}"


def json_differences(
    ours: Json, theirs: Json, path: tuple, is_ordered: bool = True
) -> Iterator[tuple[tuple, Json, Json]]:
    """Where two answers differ: 1 is not 1.0, and members come in the same order."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in theirs.keys() | ours.keys():
            if name not in ours or name not in theirs:
                yield (*path, name), ours.get(name, "nothing"), theirs.get(name, "nothing")
            else:
                yield from json_differences(ours[name], theirs[name], (*path, name), is_ordered)
        if is_ordered and set(ours) == set(theirs) <= FIELDS and list(ours) != list(theirs):
            yield path, list(ours), list(theirs)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        if path and path[-1] in SETS:
            ours, theirs = sorted(ours, key=json.dumps), sorted(theirs, key=json.dumps)
        for i, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from json_differences(one, other, (*path, i), is_ordered)
    elif isinstance(ours, str) and isinstance(theirs, str) and path and path[-1] in HTML:
        if without_blanks(ours) != without_blanks(theirs):
            yield path, ours, theirs
    elif type(ours) is not type(theirs) or (ours != theirs and not is_nan(ours, theirs)):
        yield path, ours, theirs


def is_nan(ours: Json, theirs: Json) -> bool:
    return isinstance(ours, float) and math.isnan(ours) and math.isnan(theirs)


def without_blanks(html: str) -> str:
    """Blanks beside tags are the Markdown parser's business; ours is another one."""
    return re.sub(r"\s*(<[^>]*>)\s*", r"\1", html)


Block = tuple[str, list]  # Of protobuf's text: a line, and the blocks between its braces.


def as_blocks(lines: Iterator[str]) -> list[Block]:
    blocks: list[Block] = []
    for line in lines:
        if line.strip() == "}":
            break
        blocks.append((line, as_blocks(lines) if line.endswith("{") else []))
    return blocks


def map_key(block: Block) -> str | None:
    """The line with the key, of a block that is an entry of a map."""
    first = block[1][0][0] if block[1] else ""
    return first if first.lstrip().startswith("key: ") else None


def with_sorted_maps(blocks: list[Block], names_key: str | None) -> list[Block]:
    """Entries of maps by key, and the names of large attributes by name: in Python's text both
    come in the order of their hashes."""
    found: list[Block] = []
    entries = itertools.groupby(blocks, key=lambda block: (block[0], map_key(block) is not None))
    for (_, is_map), group in entries:
        found += sorted(group, key=map_key) if is_map else group
    in_place = []
    for line, members in found:
        names = map_key((line, members)) == f'{" " * 4}key: "{names_key}"'
        inner = with_sorted_maps(members, names_key)
        in_place.append((line, sorted_lines(inner) if names else inner))
    return in_place


def sorted_lines(blocks: list[Block]) -> list[Block]:
    return sorted((line, sorted_lines(members)) for line, members in blocks)


def message_text(question: Question, answer: Answer) -> list[Block]:
    assert answer.body.endswith(b"\n") or not answer.body
    lines = iter(answer.body.decode().splitlines())
    return with_sorted_maps(as_blocks(lines), question.value_of("large_attrs_key"))


def unordered_lists(question: Question, answer: Json) -> Json:
    """/text/tags lists a run's tags as they came, which is no promise, and so does the projector
    runs."""
    if question.plugin == "text" and question.route == "tags" and isinstance(answer, dict):
        return {run: sorted(tags) for run, tags in answer.items()}
    if question.plugin == "projector" and question.route == "runs":
        return sorted(answer)
    return answer


def answer_differences(
    question: Question, ours: Answer, theirs: Answer
) -> Iterator[tuple[tuple, Json, Json]]:
    if theirs.status == 500:
        # An accident of theirs. Ours says in a sentence what is wrong with the question.
        if ours.status not in (400, 404) or ours.content_type != "text/plain" or not ours.body:
            yield (), f"{ours.status} {ours.body[:200]!r}", "an internal error"
        return
    if ours.status != theirs.status:
        yield (), f"{ours.status} {ours.body[:200]!r}", f"{theirs.status} {theirs.body[:200]!r}"
        return
    if theirs.status != 200 and theirs.content_type == "text/html":
        return  # Its framework's page; the status is all that clients see.
    for name in ("Content-Type", "X-Content-Type-Options"):
        if ours.headers.get(name) != theirs.headers.get(name):
            yield (name,), ours.headers.get(name), theirs.headers.get(name)
    if theirs.content_type == "application/json" == ours.content_type:
        yield from json_differences(
            unordered_lists(question, json.loads(ours.body)),
            unordered_lists(question, json.loads(theirs.body)),
            (),
        )
    elif theirs.content_type == "text/x-protobuf":
        one, other = message_text(question, ours), message_text(question, theirs)
        for i, (mine, real) in enumerate(itertools.zip_longest(one, other)):
            if mine != real:
                yield (i,), mine, real
    elif ours.body != theirs.body.replace(b"/./", b"/"):  # In paths, of the logdir's own run.
        yield (), ours.body[:200], theirs.body[:200]


def located(question: Question, path: tuple, ours: Json, theirs: Json) -> Difference:
    """Answers that are maps by run, and by tag, say where in them a difference is."""
    run, tag = question.value_of("run"), question.value_of("tag")
    if question.route in ("tags", "scalars_multirun") and path:
        run, path = str(path[0]), path[1:]
        if question.route == "tags" and path:
            tag, path = str(path[0]), path[1:]
    shown = "".join(f"[{part!r}]" for part in path)
    request = question.body if question.body is not None else question.value_of("request")
    answers = str(ours)[:200], str(theirs)[:200]
    return Difference(question.plugin, question.route, run, tag, shown, *answers, request)


class Comparison(NamedTuple):
    ours: dict[str, Json]  # What each plugin's walk described.
    theirs: dict[str, Json]
    compared: Counter[tuple[str, str | None]]  # Answers by route and run.
    differences: list[Difference]


def compare(ours: Site, theirs: Site, plugins: Iterable[str] = tuple(WALKS)) -> Comparison:
    comparison = Comparison({}, {}, Counter(), [])
    for plugin in plugins:
        walk = WALKS[plugin]
        walks = Walk(ours, plugin), Walk(theirs, plugin)
        comparison.ours[plugin] = walk(walks[0])
        comparison.theirs[plugin] = walk(walks[1])
        for bad_plugin, route, query in BAD_QUESTIONS:
            if bad_plugin == plugin:
                for one in walks:
                    one.ask(route, **query)
        compare_walks(*walks, comparison)
    return comparison


def compare_walks(ours: Walk, theirs: Walk, comparison: Comparison) -> None:
    for question in ours.answers.keys() ^ theirs.answers.keys():
        found = ("asked", "never") if question in ours.answers else ("never", "asked")
        comparison.differences.append(located(question, (), *found))
    for question in ours.answers.keys() & theirs.answers.keys():
        route = f"{question.plugin}/{question.route}"
        comparison.compared[route, question.value_of("run")] += 1
        comparison.differences.extend(
            located(question, *found)
            for found in answer_differences(
                question, ours.answers[question], theirs.answers[question]
            )
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("logdir", type=Path)
    logdir = parser.parse_args().logdir.resolve()
    with stepscope(logdir, *ALL_SAMPLES) as ours, tensorboard(logdir, *ALL_SAMPLES) as theirs:
        comparison = compare(ours, theirs)
    counts: Counter[str] = Counter()
    for (route, _), count in comparison.compared.items():
        counts[route] += count
    for route, count in sorted(counts.items()):
        print(f"{count:7} answers of {route}")
    for difference in comparison.differences:
        print(difference)
    print(f"{sum(counts.values())} answers, {len(comparison.differences)} differences")
    return 1 if comparison.differences else 0


if __name__ == "__main__":
    sys.exit(main())
