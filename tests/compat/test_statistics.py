"""Every statistic of ours beside the same in numpy: on what real training wrote."""

import functools
import json
import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import pytest
from sites import FIXTURES, ROOT, Json, Site, stepscope

LOGDIRS = [
    ROOT / "examples/logs",
    FIXTURES / "torch-scalars",
    FIXTURES / "torch-restart-purge",
    FIXTURES / "torch-step-order",
    FIXTURES / "parity/many",
]

Array = np.ndarray
Key = tuple[str, str]


class Line(NamedTuple):
    """A series as /api/scalars/series tells it without any smoothing."""

    steps: Array
    wall_times: Array
    values: Array

    @property
    def is_finite(self) -> Array:
        return np.isfinite(self.values)


class Logs(NamedTuple):
    site: Site
    lines: dict[Key, Line]

    def ask(self, route: str, **question: Json) -> list[dict[str, Json]]:
        """The tables of an answer; columns of numbers as arrays."""
        body = json.dumps(question).encode()
        answer = self.site.ask(f"/api/scalars/{route}", data=body).json()
        return [{name: as_array(value) for name, value in t.items()} for t in answer["tables"]]

    def runs_by_tag(self) -> dict[str, list[str]]:
        runs: dict[str, list[str]] = {}
        for run, tag in self.lines:
            runs.setdefault(tag, []).append(run)
        return runs


def as_array(value: Json) -> Json:
    """Non-finite numbers are strings in JSON, which float() reads."""
    return np.array([float(number) for number in value]) if isinstance(value, list) else value


@pytest.fixture(scope="module", params=LOGDIRS, ids=lambda path: path.name)
def logs(request: pytest.FixtureRequest) -> Iterator[Logs]:
    with stepscope(request.param) as site:
        tags = site.get("/data/plugin/scalars/tags")
        keys = [(run, tag) for run, tags in tags.items() for tag in tags]
        logs = Logs(site, {})
        for table in logs.ask("series", series=keys):
            line = Line(table["step"], table["wall_time"], table["value"])
            logs.lines[table["run"], table["tag"]] = line
        assert len(logs.lines) == len(keys) > 0
        yield logs


def assert_close(actual: Array, expected: Array, scale: Array, tolerance: float = 1e-9) -> None:
    """NaN equals NaN; what differs is measured by the largest of the values."""
    finite = scale[np.isfinite(scale)]
    atol = tolerance * (np.abs(finite).max() if len(finite) else 1)
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=atol)


# Smoothing: functions of the finite values and of where they lie.


def ema(weight: float) -> Callable[[Array, Array], Array]:
    def smooth(values: Array, _: Array) -> Array:
        ages = np.subtract.outer(np.arange(len(values)), np.arange(len(values)))
        weights = np.where(ages >= 0, weight ** np.abs(ages).astype(float), 0)
        return (weights @ values) / weights.sum(axis=1)

    return smooth


def time_weighted(half_life: float) -> Callable[[Array, Array], Array]:
    def smooth(values: Array, xs: Array) -> Array:
        way = np.concatenate([[0], np.cumsum(np.abs(np.diff(xs)))])
        ages = np.subtract.outer(way, way)
        order = np.subtract.outer(np.arange(len(values)), np.arange(len(values)))
        weights = np.where(order >= 0, 2 ** (-np.abs(ages) / half_life), 0)
        return (weights @ values) / weights.sum(axis=1)

    return smooth


def windowed(
    of: Callable[[Array], float], window: int, trailing: bool
) -> Callable[[Array, Array], Array]:
    ahead = 0 if trailing else (window - 1) // 2

    def smooth(values: Array, _: Array) -> Array:
        ends = np.arange(len(values)) + ahead + 1
        return np.array([of(values[max(0, end - window) : end]) for end in ends])

    return smooth


def gaussian(width: float) -> Callable[[Array, Array], Array]:
    def smooth(values: Array, _: Array) -> Array:
        places = np.arange(len(values))
        weights = np.exp(-(np.subtract.outer(places, places) ** 2) / (2 * width**2))
        return (weights @ values) / weights.sum(axis=1)

    return smooth


SMOOTHINGS = [
    (0.6, ema(0.6)),
    (0.99, ema(0.99)),
    ({"kind": "ema", "weight": 0.9}, ema(0.9)),
    ({"kind": "time_weighted", "half_life": 3}, time_weighted(3)),
    ({"kind": "time_weighted", "half_life": 50.5}, time_weighted(50.5)),
    *(
        (
            {"kind": kind, "window": window, "align": align},
            windowed(of, window, align != "centered"),
        )
        for kind, of in (("mean", np.mean), ("median", np.median))
        for window in (2, 7, 100_000)
        for align in ("centered", "trailing")
    ),
    *(({"kind": "gaussian", "width": w}, gaussian(w)) for w in (0.5, 7, 20, 10_000)),
]


@pytest.mark.parametrize(("asked", "smooth"), SMOOTHINGS, ids=lambda p: json.dumps(p, default=str))
def test_smoothing(logs: Logs, asked: Json, smooth: Callable[[Array, Array], Array]) -> None:
    kind = asked["kind"] if isinstance(asked, dict) else "ema"
    for x in ("step", "relative") if kind == "time_weighted" else ("step",):
        tables = logs.ask("series", series=list(logs.lines), smoothing=asked, x=x)
        for table, line in zip(tables, logs.lines.values(), strict=True):
            xs = line.steps if x == "step" else line.wall_times
            finite = line.is_finite
            expected = line.values.copy()
            if len(set(line.values)) > 1:
                expected[finite] = smooth(line.values[finite], xs[finite])
            tolerance = 1e-6 if kind == "gaussian" else 1e-9
            assert_close(table["smoothed"], expected, line.values, tolerance)


# Aggregates: functions of the values of those runs that count at an x.


@functools.cache
def student_t975(degrees: int) -> float:
    """By Simpson's rule on the density, over the angle whose tangent is t / sqrt(degrees)."""
    norm = math.exp(math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)) / math.sqrt(math.pi)
    low, high = 0.0, math.pi / 2
    for _ in range(60):
        angle = (low + high) / 2
        angles = np.linspace(0, angle, 2001)
        density = np.cos(angles) ** (degrees - 1)
        weights = np.where(np.arange(2001) % 2 == 1, 4.0, 2.0)
        weights[[0, -1]] = 1
        within = 2 * norm * (density @ weights) * angle / 2000 / 3
        low, high = (angle, high) if within < 0.95 else (low, angle)
    return math.tan(low) * math.sqrt(degrees)


def iqm(values: Array) -> float:
    cut = len(values) // 4
    return float(np.sort(values)[cut : len(values) - cut].mean())


def ci95(sign: int) -> Callable[[Array], float]:
    def at(v: Array) -> float:
        return v.mean() + sign * student_t975(len(v) - 1) * v.std(ddof=1) / math.sqrt(len(v))

    return at


STATISTICS: dict[str, Callable[[Array], float]] = {
    "count": len,
    "mean": np.mean,
    "median": np.median,
    "min": np.min,
    "max": np.max,
    "iqm": iqm,
}
SPREADS: dict[str, Callable[[Array], float]] = {
    "std": lambda v: v.std(ddof=1),
    "stderr": lambda v: v.std(ddof=1) / math.sqrt(len(v)),
    "ci95_low": ci95(-1),
    "ci95_high": ci95(1),
}


def one_value_an_x(xs: Array, values: Array) -> tuple[Array, Array]:
    """In order of x; of several values at one the last."""
    keep = np.isfinite(xs) & np.isfinite(values)
    by_x = dict(zip(xs[keep], values[keep], strict=True))
    ordered = np.array(sorted(by_x))
    return ordered, np.array([by_x[x] for x in ordered])


def value_at(xs: Array, values: Array, x: float, between: str) -> float | None:
    if len(xs) == 0 or not xs[0] <= x <= xs[-1]:
        return None
    at = int(np.searchsorted(xs, x, side="right")) - 1
    if xs[at] != x and between == "nothing":
        return None
    return values[at] if between != "linear" else float(np.interp(x, xs, values))


@pytest.mark.parametrize("between", ["linear", "previous", "nothing"])
@pytest.mark.parametrize("x", ["step", "relative", "wall"])
def test_aggregates(logs: Logs, x: str, between: str) -> None:
    runs_by_tag = logs.runs_by_tag()
    groups = [{"series": [[run, tag] for run in runs]} for tag, runs in runs_by_tag.items()]
    asked = [name for name in (*STATISTICS, *SPREADS) if "ci95" not in name] + ["ci95"]
    tables = logs.ask("aggregate", groups=groups, x=x, between=between, statistics=asked)
    for table, (tag, runs) in zip(tables, runs_by_tag.items(), strict=True):
        functions = []
        for run in runs:
            line = logs.lines[run, tag]
            xs = line.steps if x == "step" else line.wall_times
            if x == "relative":
                xs = xs - xs[np.isfinite(xs)][0]
            functions.append(one_value_an_x(xs, line.values))
        union = np.unique(np.concatenate([xs for xs, _ in functions]))
        np.testing.assert_array_equal(table["x"], union)
        assert not table["merged"]
        values = [
            np.array([y for f in functions if (y := value_at(*f, at, between)) is not None])
            for at in union
        ]
        every = np.concatenate([v for _, v in functions])
        for name, of in STATISTICS.items():
            assert_close(table[name], np.array([of(v) for v in values]), every)
        for name, of in SPREADS.items():
            expected = np.array([of(v) if len(v) > 1 else math.nan for v in values])
            assert_close(table[name], expected, every, 1e-8)


def test_thinned_aggregates_keep_every_extreme(logs: Logs) -> None:
    groups = [{"series": [[run, tag] for run in runs]} for tag, runs in logs.runs_by_tag().items()]
    whole = logs.ask("aggregate", groups=groups)
    thinned = logs.ask("aggregate", groups=groups, pixels=7)
    for every, kept in zip(whole, thinned, strict=True):
        assert len(kept["x"]) <= 7 * (2 + 2 * 4)
        columns = np.minimum(6, (every["x"] - every["x"][0]) * 7 // np.ptp(every["x"]).clip(1e-9))
        for name in ("mean", "min", "max"):
            shown = set(zip(kept["x"], kept[name], strict=True))
            for column in np.unique(columns):
                values = every[name][columns == column]
                inside = every["x"][columns == column]
                extremes = {values.min(), values.max()}
                assert extremes <= {y for x, y in shown if inside[0] <= x <= inside[-1]}


# The table of runs.


@pytest.mark.parametrize("at_missing", ["omit", "previous"])
def test_summaries(logs: Logs, at_missing: str) -> None:
    at = 25
    (table,) = logs.ask("summary", series=list(logs.lines), at=at, at_missing=at_missing)
    np.testing.assert_array_equal(table["index"], np.arange(len(logs.lines)))
    for i, line in enumerate(logs.lines.values()):
        row = {name: column[i] for name, column in table.items() if name != "index"}
        finite = line.values[line.is_finite]
        assert row["count"] == len(line.values)
        assert row["non_finite"] == len(line.values) - len(finite)
        places = {"first": 0, "last": -1}
        if len(finite):
            places["min"] = int(np.nanargmin(np.where(line.is_finite, line.values, np.inf)))
            places["max"] = int(np.nanargmax(np.where(line.is_finite, line.values, -np.inf)))
            assert math.isclose(row["mean"], math.fsum(finite) / len(finite), rel_tol=1e-12)
        steps = line.steps[line.steps <= at] if at_missing == "previous" else line.steps
        wanted = steps.max() if at_missing == "previous" and len(steps) else at
        found = np.flatnonzero(line.steps == wanted)
        assert row["has_at"] == (len(found) > 0)
        if len(found):
            places["at"] = int(found[-1])
        for name, place in places.items():
            np.testing.assert_equal(row[name], line.values[place])
            assert row[f"{name}_step"] == line.steps[place]
            assert row[f"{name}_wall_time"] == line.wall_times[place]


# Another tag as x.


@pytest.mark.parametrize("missing", ["omit", "previous", "linear"])
def test_another_tag_as_x(logs: Logs, missing: str) -> None:
    for x_tag in {tag for _, tag in logs.lines}:
        tables = logs.ask("series", series=list(logs.lines), x={"tag": x_tag, "missing": missing})
        for table, ((run, _), line) in zip(tables, logs.lines.items(), strict=True):
            empty = (np.array([]), np.array([]))
            axis = logs.lines.get((run, x_tag))
            steps, places = one_value_an_x(axis.steps, axis.values) if axis else empty
            expected = np.array([x_at(steps, places, step, missing) for step in line.steps])
            shown = ~np.isnan(expected)
            assert table["without_x"] == len(expected) - shown.sum()
            np.testing.assert_array_equal(table["step"], line.steps[shown])
            np.testing.assert_array_equal(table["value"], line.values[shown])
            assert_close(table["x"], expected[shown], places)


def x_at(steps: Array, places: Array, step: float, missing: str) -> float:
    at = int(np.searchsorted(steps, step, side="right")) - 1
    if at >= 0 and (steps[at] == step or missing == "previous"):
        return places[at]
    if missing != "linear" or at < 0 or at + 1 == len(steps):
        return math.nan
    return float(np.interp(step, steps, places))
