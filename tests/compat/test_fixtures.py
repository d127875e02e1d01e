"""Every fixture through our server, beside what TensorBoard said of it (expected.json)."""

import csv
import io
import json
import math
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from sites import FIXTURES, Json, Site, stepscope


class Difference(NamedTuple):
    """An answer that design.md wants to differ from TensorBoard's."""

    reason: str
    expected: Json  # For a series: its steps, or nothing where there is none.


BAD_RECORD = "one bad record does not hide those behind it"
BFLOAT16 = "TensorBoard answers 500; we decode bfloat16"
BAD_TAG = "TensorBoard answers 500 for every run because of one tag"
LOSS = {"loss": {"displayName": "loss", "description": ""}}

# The only places where an answer may differ: (folder, "tags"), or (folder, run, tag) for a series.
DIFFERENCES = {
    ("broken-data-crc", "bad", "loss"): Difference(BAD_RECORD, [0, 1, 2, 3, 5, 6, 7, 8, 9]),
    ("broken-data-byte", "bad", "loss"): Difference(BAD_RECORD, [0, 1, 2, 3, 5, 6, 7, 8, 9]),
    ("broken-bad-proto", "bad", "loss"): Difference(BAD_RECORD, [0, 1, 2, 3, 5, 6, 7, 8, 9]),
    ("broken-bad-plugin-content", "tags"): Difference(
        BAD_TAG,
        {"bad": {"bad_content": {"displayName": "", "description": ""}, **LOSS}, "good": LOSS},
    ),
    ("broken-metadata-only-value", "tags"): Difference(BAD_TAG, {"bad": LOSS, "good": LOSS}),
    ("metadata-rules", "r", "scalar_class_tensor_rank1"): Difference(
        "TensorBoard answers 500; a scalar with two numbers is skipped and counted", None
    ),
    ("tensor-encodings", "r", "scalar/bf16"): Difference(BFLOAT16, [0]),
    ("tf-raw-write", ".", "sc/bf16"): Difference(BFLOAT16, [0]),
}

# What must be counted of what was damaged; everything else is compared as in whole folders.
DAMAGE = {
    "broken-bad-plugin-content": "plugin_content_unreadable",
    "broken-bad-proto": "not_an_event",
    "broken-data-byte": "record_checksum",
    "broken-data-crc": "record_checksum",
    "broken-first-file-then-good": "record_length_checksum",
    "broken-garbage-file": "record_length_checksum",
    "broken-huge-length": "record_too_long",
    "broken-length-crc": "record_length_checksum",
    "broken-metadata-only-value": "scalar_without_value",
    "broken-nan-walltime": "non_finite_wall_time",
    "broken-no-file-version": None,  # Nothing is lost.
    "broken-only-file-version": None,
    "broken-truncated-header": "record_truncated",
    "broken-truncated-tail": "record_truncated",
    "broken-zero-length-file": None,
    "broken-zero-padding": "record_length_checksum",
}

FOLDERS = sorted(
    path.parent.relative_to(FIXTURES).as_posix() for path in FIXTURES.rglob("expected.json")
)


class Fixture(NamedTuple):
    folder: str
    site: Site
    expected: Json

    def is_left_out(self, run: str, tag: str) -> bool:
        difference = DIFFERENCES.get((self.folder, run, tag))
        return difference is not None and difference.expected is None

    def tags(self) -> Json:
        if difference := DIFFERENCES.get((self.folder, "tags")):
            return difference.expected
        return {
            run: {tag: texts for tag, texts in tags.items() if not self.is_left_out(run, tag)}
            for run, tags in self.expected["scalars"]["tags"].items()
        }

    def series(self) -> Iterator[tuple[str, str, Json]]:
        for run, tags in self.expected["scalars"]["series"].items():
            for tag, points in tags.items():
                if not self.is_left_out(run, tag):
                    yield run, tag, points


@pytest.fixture(scope="module", params=FOLDERS)
def fixture(request: pytest.FixtureRequest) -> Iterator[Fixture]:
    folder = FIXTURES / request.param
    with stepscope(folder, "--samples_per_plugin", "scalars=0") as site:
        expected = json.loads((folder / "expected.json").read_text())
        yield Fixture(request.param, site, expected)


def assert_equal(actual: Json, expected: Json) -> None:
    """Equal as JSON: true is not 1, and numbers agree to 1e-9."""
    if isinstance(expected, list):
        assert isinstance(actual, list)
        assert len(actual) == len(expected)
        for one, other in zip(actual, expected, strict=True):
            assert_equal(one, other)
    elif isinstance(expected, float) and isinstance(actual, (int, float)):
        assert not isinstance(actual, bool)
        assert math.isclose(actual, expected, rel_tol=1e-9, abs_tol=1e-300)
    else:
        assert type(actual) is type(expected)
        assert actual == expected


def assert_points(points: Json, expected: Json, difference: Difference | None) -> None:
    if difference is None:
        assert_equal(points, expected)
    else:
        assert [step for _, step, _ in points] == difference.expected


def as_csv_value(value: Json) -> str:
    """As Python's csv module writes what its json module wrote."""
    return {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}.get(str(value), str(value))


def test_runs_come_in_tensorboards_order(fixture: Fixture) -> None:
    assert fixture.site.get("/data/runs") == fixture.expected["runs"]


def test_listing_enables_what_tensorboard_enables(fixture: Fixture) -> None:
    listing = fixture.site.get("/data/plugins_listing")
    assert "scalars" in listing
    for name, entry in listing.items():
        assert entry["enabled"] == (name in fixture.expected["active_plugins"]), name


def test_scalar_tags(fixture: Fixture) -> None:
    assert fixture.site.get("/data/plugin/scalars/tags") == fixture.tags()


def test_scalar_series(fixture: Fixture) -> None:
    for run, tag, expected in fixture.series():
        points = fixture.site.get("/data/plugin/scalars/scalars", run=run, tag=tag)
        assert_points(points, expected, DIFFERENCES.get((fixture.folder, run, tag)))


def test_scalar_series_as_csv(fixture: Fixture) -> None:
    for run, tag, _ in fixture.series():
        points = fixture.site.get("/data/plugin/scalars/scalars", run=run, tag=tag)
        answer = fixture.site.ask("/data/plugin/scalars/scalars", run=run, tag=tag, format="csv")
        assert answer.content_type == "text/csv"
        rows = list(csv.reader(io.StringIO(answer.body.decode(), newline="")))
        assert rows[0] == ["Wall time", "Step", "Value"]
        assert rows[1:] == [[as_csv_value(field) for field in point] for point in points]


def test_scalars_multirun(fixture: Fixture) -> None:
    by_tag: dict[str, dict[str, Json]] = {}
    for run, tag, expected in fixture.series():
        by_tag.setdefault(tag, {})[run] = expected
    runs = [("runs", run) for run in fixture.expected["runs"]]
    for tag, expected in by_tag.items():
        answer = fixture.site.post_form(
            "/data/plugin/scalars/scalars_multirun", [("tag", tag), *runs]
        ).json()
        assert set(answer) == set(expected)
        for run, points in answer.items():
            assert_points(points, expected[run], DIFFERENCES.get((fixture.folder, run, tag)))


def test_our_own_series_hold_every_point_that_tensorboard_shows(fixture: Fixture) -> None:
    keys = [(run, tag) for run, tag, _ in fixture.series()]
    question = {"series": keys, "attempts": "all"}
    answer = fixture.site.ask("/api/scalars/series", data=json.dumps(question).encode()).json()
    tables = {(table["run"], table["tag"]): table for table in answer["tables"]}
    for run, tag, expected in fixture.series():
        difference = DIFFERENCES.get((fixture.folder, run, tag))
        steps = difference.expected if difference else [step for _, step, _ in expected]
        assert not set(steps) - set(tables[run, tag]["step"]), (run, tag)


def test_damage_is_counted(fixture: Fixture) -> None:
    stats = {stat["name"]: stat for stat in fixture.site.get("/api/stats")["stats"]}
    if fixture.folder.startswith("broken-"):
        name = DAMAGE[fixture.folder]
        assert set(stats) == ({name} if name else set())
        for stat in stats.values():
            assert stat["count"] == len(stat["occurrences"]) == 1
            assert (FIXTURES / fixture.folder / stat["occurrences"][0]["file"]).exists()
    else:
        lost = {name for name, stat in stats.items() if stat["severity"] == "lost"}
        assert lost <= {"scalar_not_single", "plugin_content_too_new", "value_unreadable"}
