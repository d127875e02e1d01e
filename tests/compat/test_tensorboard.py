"""Ours beside the real TensorBoard, both asked about all fixtures in one log directory."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from allowed import ALLOWED, DEADLY, SHOW_SCALARS, SICK, Place
from compare import ALL_SAMPLES, Comparison, Difference, compare
from plugin_walks import WALKS
from sites import FIXTURES, Site, stepscope, tensorboard, wait_for

# hparams makes one table of a whole log directory, which is test_hparams.py's business.
PLUGINS = [plugin for plugin in WALKS if plugin != "hparams"]
FOLDERS = sorted(
    path.parent.relative_to(FIXTURES).as_posix() for path in FIXTURES.rglob("expected.json")
)
SCALARS = "/data/plugin/scalars"


def folder_of(run: str | None) -> str | None:
    """The fixture that a run of the log directory belongs to."""
    inside = [name for name in FOLDERS if f"{run}/".startswith(f"{name}/")]
    return max(inside, key=len, default=None)


def run_in_folder(run: str) -> str:
    folder = folder_of(run)
    return run if folder is None else run[len(folder) + 1 :] or "."


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("logs")
    for folder in FOLDERS:
        if folder not in SICK and folder not in DEADLY:
            shutil.copytree(FIXTURES / folder, path / folder)
    return path


@pytest.fixture(scope="module")
def ours(logdir: Path) -> Iterator[Site]:
    with stepscope(logdir, *ALL_SAMPLES) as site:
        yield site


@pytest.fixture(scope="module")
def theirs(logdir: Path) -> Iterator[Site]:
    with tensorboard(logdir, *ALL_SAMPLES) as site:
        yield site


@pytest.fixture(scope="module")
def comparison(ours: Site, theirs: Site) -> Comparison:
    return compare(ours, theirs, PLUGINS)


def allowances(difference: Difference) -> set[Place]:
    """Those that explain it. An answer about all runs at once is explained by one of its tag."""
    plugin, run, tag = difference.plugin, difference.run, difference.tag or ""
    if plugin in SHOW_SCALARS and (scalars := scalar_allowances(difference)):
        return scalars
    if run is None:
        return {key for key in ALLOWED if (key[1], key[3]) == (plugin, tag)}
    return {(folder_of(run) or "", plugin, run_in_folder(run), tag)} & set(ALLOWED)


def scalar_allowances(difference: Difference) -> set[Place]:
    """Those of scalars that another plugin shows, of one run or of all at once."""
    explaining = set()
    for folder, plugin, run, tag in ALLOWED:
        name = folder if run == "." else f"{folder}/{run}"
        is_there = name == difference.run or repr(name) in difference.path
        if plugin == "scalars" and (is_there or (not difference.run and tag == difference.tag)):
            explaining.add((folder, plugin, run, tag))
    return explaining


def test_environment(ours: Site, theirs: Site) -> None:
    mine, real = ours.get("/data/environment"), theirs.get("/data/environment")
    assert list(mine)[:6] == list(real)[:6]
    for key in ("data_location", "window_title", "experiment_name", "experiment_description"):
        assert mine[key] == real[key]
    assert mine["creation_time"] == real["creation_time"]


def test_runs(ours: Site, theirs: Site) -> None:
    assert ours.get("/data/runs") == theirs.get("/data/runs")


def test_listing(ours: Site, theirs: Site) -> None:
    mine = ours.get("/data/plugins_listing")
    # It looks for the projector's files after it was asked first.
    real = wait_for(
        lambda: theirs.get("/data/plugins_listing"), lambda found: found["projector"]["enabled"], 20
    )
    assert mine == {name: real[name] for name in real if name in mine}
    assert list(mine) == [name for name in real if name in mine]
    assert set(mine) >= set(WALKS)


@pytest.mark.parametrize("name", ["projector", "scalars", "no such plugin", None])
def test_entry_of_a_plugin_in_a_frame(ours: Site, theirs: Site, name: str | None) -> None:
    query = {} if name is None else {"name": name}
    mine = ours.ask("/data/plugin_entry.html", **query)
    real = theirs.ask("/data/plugin_entry.html", **query)
    assert (mine.status, mine.content_type, mine.body) == (
        real.status,
        real.content_type,
        real.body,
    )
    if mine.status == 200:
        scripts = re.findall("'sha256-[^']*'", real.headers["Content-Security-Policy"])
        assert len(scripts) == 1
        assert (
            f"script-src 'self' 'unsafe-eval' {scripts[0]}"
            in mine.headers["Content-Security-Policy"]
        )


def test_every_answer(comparison: Comparison) -> None:
    unexplained = [str(d) for d in comparison.differences if not allowances(d)]
    assert not unexplained, "\n".join(unexplained)


def test_every_allowance_is_needed(comparison: Comparison) -> None:
    there = {key for key in ALLOWED if key[0] not in SICK and key[0] not in DEADLY}
    assert set().union(*map(allowances, comparison.differences)) >= there


def test_every_plugin_was_compared(comparison: Comparison) -> None:
    """A table of routes and fixtures, which pytest shows with -s."""
    by_route: dict[str, Counter[str]] = {}
    for (route, run), count in comparison.compared.items():
        folder = folder_of(run) or "(all)"
        by_route.setdefault(route, Counter())[folder] += count
    for route, counts in sorted(by_route.items()):
        differences = sum(1 for d in comparison.differences if f"{d.plugin}/{d.route}" == route)
        shown = ", ".join(f"{folder} {count}" for folder, count in sorted(counts.items()))
        print(f"{route}: {counts.total()} answers, {differences} differences: {shown}")
    for plugin in PLUGINS:
        described = comparison.theirs[plugin]
        listed = described.get(plugin, described.get("series", described.get("configs")))
        if listed is not None:
            assert sum(len(tags) for tags in listed.values()) > 2, plugin
        else:
            assert sum(route.startswith(plugin) for route in by_route) > 2, plugin


def test_multirun_of_what_is_not_there(ours: Site, theirs: Site) -> None:
    runs = [("runs", run) for run in theirs.get("/data/runs")]
    for tag in ("no such tag", ""):
        form = [("tag", tag), *runs]
        mine = ours.post_form(f"{SCALARS}/scalars_multirun", form).json()
        assert mine == theirs.post_form(f"{SCALARS}/scalars_multirun", form).json()


def test_experiment_prefix(ours: Site, theirs: Site) -> None:
    for path in ("/data/runs", "/data/plugin/images/tags"):
        path = f"/experiment/defaultExperimentId{path}"
        assert ours.get(path) == theirs.get(path)


FORMS = [[], [("runs", "a")], [("tag", "x"), ("tag", "y"), ("runs", "a")], [("tag", "loss")]]


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_forms(ours: Site, theirs: Site, form: list[tuple[str, str]]) -> None:
    mine = ours.post_form(f"{SCALARS}/scalars_multirun", form)
    real = theirs.post_form(f"{SCALARS}/scalars_multirun", form)
    assert (mine.status, mine.body) == (real.status, real.body)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_multirun_wants_post(ours: Site, theirs: Site, method: str) -> None:
    mine = ours.ask(f"{SCALARS}/scalars_multirun", method=method)
    real = theirs.ask(f"{SCALARS}/scalars_multirun", method=method)
    assert (mine.status, mine.headers["Allow"]) == (real.status, real.headers["Allow"])
