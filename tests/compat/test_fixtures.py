"""Every fixture through our server, beside what TensorBoard said of it (expected.json)."""

import csv
import io
import json
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from allowed import ALLOWED, EMPTY_TABS, SHOW_SCALARS, SICK, Allowed
from compare import ALL_SAMPLES, json_differences
from plugin_walks import NOT_IN_FIXTURES, WALKS
from sites import FIXTURES, Json, Site, stepscope
from walk import Walk

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

    def allowed(self, plugin: str, run: str, tag: str) -> Allowed | None:
        return ALLOWED.get((self.folder, plugin, run, tag))

    def series(self, plugin: str) -> Iterator[tuple[str, str, Json]]:
        for run, tags in self.expected[plugin].get("series", {}).items():
            for tag, series in tags.items():
                yield run, tag, series


@pytest.fixture(scope="module", params=FOLDERS)
def fixture(request: pytest.FixtureRequest) -> Iterator[Fixture]:
    folder = FIXTURES / request.param
    with stepscope(folder, *ALL_SAMPLES) as site:
        expected = json.loads((folder / "expected.json").read_text())
        yield Fixture(request.param, site, expected)


def assert_equal(actual: Json, expected: Json) -> None:
    """Equal as JSON: true is not 1."""
    assert not list(json_differences(actual, expected, (), is_ordered=False))


def as_csv_value(value: Json) -> str:
    """As Python's csv module writes what its json module wrote."""
    return {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}.get(str(value), str(value))


def test_runs_come_in_tensorboards_order(fixture: Fixture) -> None:
    assert fixture.site.get("/data/runs") == fixture.expected["runs"]


def test_listing_enables_what_tensorboard_enables(fixture: Fixture) -> None:
    listing = fixture.site.get("/data/plugins_listing")
    assert "scalars" in listing
    for name, entry in listing.items():
        is_active = name in fixture.expected["active_plugins"]
        if (fixture.folder, name) not in EMPTY_TABS:
            assert entry["enabled"] == is_active, name
        else:
            assert is_active
            assert not entry["enabled"], name


@pytest.mark.parametrize("plugin", [name for name in WALKS if name not in NOT_IN_FIXTURES])
def test_every_answer(fixture: Fixture, plugin: str) -> None:
    described = WALKS[plugin](Walk(fixture.site, plugin))
    expected = fixture.expected[plugin]
    if "series" not in expected:
        if plugin not in SHOW_SCALARS or not has_allowed_scalars(fixture):
            assert_equal(described, without_pages(expected))
        return
    is_sick = plugin == "scalars" and fixture.folder in SICK
    tags = SICK[fixture.folder] if is_sick else expected.get("tags")
    if tags is not None:
        left_out = {
            (run, tag)
            for run in tags
            for tag in tags[run]
            if (allowed := fixture.allowed("scalars", run, tag)) and allowed.steps is None
        }
        expected_tags = without(as_sets(tags), left_out) if plugin == "scalars" else as_sets(tags)
        assert_equal(as_sets(described["tags"]), expected_tags)
    for run, tag, series in fixture.series(plugin):
        allowed = fixture.allowed(plugin, run, tag)
        ours = described["series"].get(run, {}).get(tag)
        if allowed is None:
            assert_equal(ours, series)
        elif plugin == "scalars":
            assert allowed.steps == (ours and [step for _, step, _ in ours])


def has_allowed_scalars(fixture: Fixture) -> bool:
    """The tests of scalars say what is another."""
    return fixture.folder in SICK or any(
        (key[0], key[1]) == (fixture.folder, "scalars") for key in ALLOWED
    )


def without_pages(expected: Json) -> Json:
    """TensorBoard's 500, a page of its framework, is our 400 with a sentence."""
    if not isinstance(expected, dict):
        return expected
    if expected.get("http_status") == 500:
        return {"http_status": 400}
    return {name: without_pages(value) for name, value in expected.items()}


def as_sets(tags: Json) -> Json:
    """/text/tags has lists, whose order is nobody's business."""
    return {run: sorted(names) if isinstance(names, list) else names for run, names in tags.items()}


def without(tags: Json, left_out: set[tuple[str, str]]) -> Json:
    if not left_out:
        return tags
    return {
        run: {tag: texts for tag, texts in names.items() if (run, tag) not in left_out}
        for run, names in tags.items()
    }


def test_scalar_series_as_csv(fixture: Fixture) -> None:
    for run, tags in fixture.site.get("/data/plugin/scalars/tags").items():
        for tag in tags:
            points = fixture.site.get("/data/plugin/scalars/scalars", run=run, tag=tag)
            answer = fixture.site.ask(
                "/data/plugin/scalars/scalars", run=run, tag=tag, format="csv"
            )
            assert answer.content_type == "text/csv"
            rows = list(csv.reader(io.StringIO(answer.body.decode(), newline="")))
            assert rows[0] == ["Wall time", "Step", "Value"]
            assert rows[1:] == [[as_csv_value(field) for field in point] for point in points]


def test_our_own_series_hold_every_point_that_tensorboard_shows(fixture: Fixture) -> None:
    expected = {}
    for run, tag, points in fixture.series("scalars"):
        allowed = fixture.allowed("scalars", run, tag)
        steps = allowed.steps if allowed else [step for _, step, _ in points]
        if steps is not None:
            expected[run, tag] = steps
    question = {"series": list(expected), "attempts": "all"}
    answer = fixture.site.ask("/api/scalars/series", data=json.dumps(question).encode()).json()
    tables = {(table["run"], table["tag"]): table for table in answer["tables"]}
    for (run, tag), steps in expected.items():
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
