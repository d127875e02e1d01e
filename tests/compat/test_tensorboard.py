"""Ours beside the real TensorBoard, both asked over HTTP about the same folder."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sites import FIXTURES, Site, stepscope, tensorboard, wait_for

# Folders of one writer each, whole and without what makes TensorBoard answer 500.
FOLDERS = ["keras-callback", "restart-step-reset", "run-discovery", "tensorboardx-scalars"]
FOLDERS += ["tf-scalars-text", "tf1-tb-v1-pb", "torch-restart-purge", "torch-scalars"]

SCALARS = "/data/plugin/scalars"


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("logs")
    for folder in FOLDERS:
        shutil.copytree(FIXTURES / folder, path / folder)
    return path


@pytest.fixture(scope="module")
def ours(logdir: Path) -> Iterator[Site]:
    with stepscope(logdir, "--samples_per_plugin", "scalars=1000000") as site:
        yield site


@pytest.fixture(scope="module")
def theirs(logdir: Path, ours: Site) -> Iterator[Site]:
    with tensorboard(logdir, "--samples_per_plugin", "scalars=1000000") as site:
        # TensorBoard reads one run after the other, and says nowhere when it is done: it is when it
        # has the last run's tags.
        expected = ours.get(f"{SCALARS}/tags")
        wait_for(lambda: site.get(f"{SCALARS}/tags"), lambda tags: tags == expected, 20)
        yield site


def test_environment(ours: Site, theirs: Site) -> None:
    mine, real = ours.get("/data/environment"), theirs.get("/data/environment")
    assert list(mine)[:6] == list(real)[:6]
    for key in ("data_location", "window_title", "experiment_name", "experiment_description"):
        assert mine[key] == real[key]
    assert mine["creation_time"] == real["creation_time"]


def test_runs(ours: Site, theirs: Site) -> None:
    assert ours.get("/data/runs") == theirs.get("/data/runs")


def test_listing(ours: Site, theirs: Site) -> None:
    mine, real = ours.get("/data/plugins_listing"), theirs.get("/data/plugins_listing")
    assert mine == {name: real[name] for name in real if name in mine}
    assert list(mine) == [name for name in real if name in mine]


def test_scalar_tags(ours: Site, theirs: Site) -> None:
    assert ours.get(f"{SCALARS}/tags") == theirs.get(f"{SCALARS}/tags")


def test_every_series_byte_by_byte(ours: Site, theirs: Site) -> None:
    count = 0
    for run, tags in theirs.get(f"{SCALARS}/tags").items():
        for tag in tags:
            for format_ in ("json", "csv"):
                query = {"run": run, "tag": tag, "format": format_}
                mine = ours.ask(f"{SCALARS}/scalars", **query)
                real = theirs.ask(f"{SCALARS}/scalars", **query)
                assert (mine.status, mine.content_type) == (real.status, real.content_type)
                assert mine.body == real.body, query
                count += 1
    assert count > 100


def test_multirun(ours: Site, theirs: Site) -> None:
    runs = [("runs", run) for run in theirs.get("/data/runs")]
    for tag in ("loss", "epoch_loss", "no such tag", ""):
        form = [("tag", tag), *runs]
        mine = ours.post_form(f"{SCALARS}/scalars_multirun", form).json()
        assert mine == theirs.post_form(f"{SCALARS}/scalars_multirun", form).json()


def test_experiment_prefix(ours: Site, theirs: Site) -> None:
    path = "/experiment/defaultExperimentId/data/runs"
    assert ours.get(path) == theirs.get(path)


ERRORS = [
    {"run": "torch-scalars", "tag": "no such tag"},
    {"run": "it's", "tag": 'a "tag"\n'},
    {"run": "torch-scalars"},
    {"tag": "x"},
    {},
]


@pytest.mark.parametrize("query", ERRORS, ids=str)
def test_errors(ours: Site, theirs: Site, query: dict[str, str]) -> None:
    mine = ours.ask(f"{SCALARS}/scalars", **query)
    real = theirs.ask(f"{SCALARS}/scalars", **query)
    assert (mine.status, mine.content_type, mine.body) == (
        real.status,
        real.content_type,
        real.body,
    )


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
