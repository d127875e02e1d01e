"""The real TensorBoard on our engine, over gRPC, beside the real TensorBoard by itself."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from everything import differences, everything, hparams
from sites import FIXTURES, ROOT, Json, Site, stepscope, tensorboard, tensorboard_command, wait_for

DATA_SERVER = Path(os.environ.get("STEPSCOPE_BINARY", ROOT / "build/release/stepscope")).with_name(
    "stepscope-data-server"
)

# What the interface carries of a scalar is a float32.
FLOAT32 = 1e-6

# TensorBoard keeps a few values of each series and draws lots; with these it keeps all of the
# fixtures', and its plugins ask for all.
KEEP_ALL = "--samples_per_plugin=" + ",".join(
    f"{plugin}=10000"
    for plugin in ("scalars", "images", "audio", "text", "histograms", "pr_curves", "mesh")
)


# Fixtures that end TensorBoard, or of which it shows less than there is; ours is compared with
# expected.json instead.
BROKEN = sorted(path.name for path in FIXTURES.glob("broken-*"))
WHOLE = sorted(
    path.name for path in FIXTURES.iterdir() if path.is_dir() and path.name not in BROKEN
)
# Of these TensorBoard loses what stands behind one bad record, and we do not: step 4.
ONE_BAD_RECORD = ("broken-bad-proto", "broken-data-byte", "broken-data-crc")
# hparams makes one table of a whole log directory, and refuses one whose parts do not fit.
HPARAMS = [name for name in WHOLE if "hparams" in name]


class Allowed(NamedTuple):
    pattern: str  # Of the line that tells a difference.
    reason: str


BFLOAT16 = "TensorBoard answers 500; we decode bfloat16"
TWO_NUMBERS = "TensorBoard answers 500; a scalar with two numbers is skipped and counted"
ALLOWED = [
    Allowed(r"^/(scalars|timeseries)/\w+[? ].*bf16", BFLOAT16),
    Allowed(r"^/(scalars|timeseries)/.*scalar_class_tensor_rank1", TWO_NUMBERS),
    Allowed(r"^/timeseries/tags/scalars/runTagInfo/metadata-rules/r: 7 and 8 ", TWO_NUMBERS),
    Allowed(r"^/custom_scalars/scalars\?run=metadata-rules%2Fr&", TWO_NUMBERS),
    Allowed(r": '-?Infinity' and -?1e\+300$", "the interface carries a scalar as float32"),
    Allowed(r": 1\.0 and True$", "the interface carries a scalar as float32"),
    Allowed(
        r"^/distributions/.*tag=special%2Fbeyond/",
        "values beyond float32: our tensors keep the file's float64, as its data server's do",
    ),
]


def joined(folder: Path, names: list[str]) -> Path:
    """One log directory of many: a server takes seconds to start."""
    for name in names:
        (folder / name).symlink_to(FIXTURES / name)
    return folder


def on_stepscope(logdir: Path) -> Iterator[Site]:
    """TensorBoard as the front of our engine."""
    with stepscope(logdir, "--grpc_port=0") as ours:
        address = re.search(r"gRPC data provider at (localhost:\d+)", ours.printed)[1]
        flags = ["--grpc_data_provider", address, "--logdir", str(logdir), "--port=0", KEEP_ALL]
        with tensorboard_command(*flags) as site:
            yield site


@pytest.fixture(scope="module")
def whole_logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return joined(tmp_path_factory.mktemp("whole"), WHOLE)


@pytest.fixture(scope="module")
def alone(whole_logdir: Path) -> dict[str, Json]:
    with tensorboard(whole_logdir, KEEP_ALL) as site:
        return everything(site)


def unexplained(ours: dict[str, Json], alone: dict[str, Json]) -> list[str]:
    return [
        line
        for line in differences(ours, alone, FLOAT32)
        if not any(re.search(pattern, line) for pattern, _ in ALLOWED)
    ]


def test_every_route_answers_as_without_us(whole_logdir: Path, alone: dict[str, Json]) -> None:
    for site in on_stepscope(whole_logdir):
        assert unexplained(everything(site), alone) == []


def test_the_data_server_answers_as_without_us(
    whole_logdir: Path, alone: dict[str, Json], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TENSORBOARD_DATA_SERVER_BINARY", str(DATA_SERVER))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    flags = ["--logdir", str(whole_logdir), "--load_fast=true", "--port=0", KEEP_ALL]
    with tensorboard_command(*flags) as site:
        count = len(alone["runs"])
        wait_for(lambda: site.get("/data/runs"), lambda runs: len(runs) == count, 20)
        found = wait_for(
            lambda: everything(site), lambda found: unexplained(found, alone) == [], 20
        )
        assert unexplained(found, alone) == []


@pytest.mark.parametrize("name", HPARAMS)
def test_hparams_answer_as_without_us(name: str) -> None:
    with tensorboard(FIXTURES / name, KEEP_ALL) as site:
        alone = dict(hparams(site))
    for site in on_stepscope(FIXTURES / name):
        assert unexplained(dict(hparams(site)), alone) == []


def test_of_broken_files_everything_readable_is_shown(tmp_path: Path) -> None:
    for site in on_stepscope(joined(tmp_path, BROKEN)):
        for name in BROKEN:
            expected = json.loads((FIXTURES / name / "expected.json").read_text())
            for run, tags in expected["scalars"]["series"].items():
                for tag, points in tags.items():
                    run_name = name if run == "." else f"{name}/{run}"
                    answer = site.get("/data/plugin/scalars/scalars", run=run_name, tag=tag)
                    if name in ONE_BAD_RECORD and tag == "loss" and run == "bad":
                        assert [step for _, step, _ in answer] == [0, 1, 2, 3, 5, 6, 7, 8, 9]
                    else:
                        assert list(differences(answer, points, FLOAT32)) == []
