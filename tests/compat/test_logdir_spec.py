"""Several directories as one, with --logdir_spec: ours and the real TensorBoard's answers."""

import os
from pathlib import Path

import pytest
from sites import FIXTURES, ROOT, Site, running, tensorboard_command, wait_for

SPEC = ",".join(
    [
        f"first:{FIXTURES / 'torch-scalars'}",
        f"deep/second:{FIXTURES / 'tf-images-audio'}",
    ]
)


def shown(run: str) -> str:
    """TensorBoard calls a run that lies in a named directory itself NAME/.; ours is NAME."""
    return run.removesuffix("/.")


def told(site: Site) -> dict:
    """Runs, a series of each directory, and a picture by its key."""
    images = site.get("/data/plugin/images/tags")
    run = next(run for run in sorted(images) if images[run])
    tag = sorted(images[run])[0]
    listed = site.get("/data/plugin/images/images", run=run, tag=tag, sample="0")
    picture = site.ask("/data/plugin/images/individualImage?" + listed[0]["query"])
    scalars = site.get("/data/plugin/scalars/tags")
    return {
        "location": site.get("/data/environment")["data_location"],
        "runs": sorted(shown(run) for run in site.get("/data/runs")),
        "scalars": {
            f"{shown(run)} {tag}": site.get("/data/plugin/scalars/scalars", run=run, tag=tag)
            for run in scalars
            for tag in scalars[run]
        },
        "picture": (shown(run), tag, picture.status, picture.body),
    }


def test_several_directories_are_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    once = ["--reload_task=blocking", "--reload_interval=0", "--load_fast=false"]
    with tensorboard_command("--logdir_spec", SPEC, "--port=0", *once) as site:
        theirs = told(site)
    assert theirs["picture"][2] == 200
    assert any(run.startswith("deep/second") for run in theirs["runs"])
    binary = os.environ.get("STEPSCOPE_BINARY", ROOT / "build/release/stepscope")
    # The second start finds the links of the first, and its index.
    for _ in range(2):
        with running(
            [binary, "--logdir_spec", SPEC, "--port=0"], r"Stepscope \S+ at (\S+)"
        ) as site:
            progress = wait_for(
                lambda site=site: site.get("/api/environment")["progress"],
                lambda progress: progress["complete"],
                20,
            )
            assert progress["complete"]
            assert told(site) == theirs
