"""What our C++ logger writes, read by the readers that other people have."""

import math
import os
import struct
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.util import tensor_util
from tensorboardX.proto.event_pb2 import Event
from tensorboardX.record_writer import masked_crc32c

ROOT = Path(__file__).parents[2]
FAILING = "two_layer/lr=0.5/naive_loss"
RESTARTED = "two_layer/restarted"

EVERY_STEP = {"train/loss", "optimizer/lr", "optimizer/grad_norm"}
EVERY_TENTH = {"train/accuracy", "val/loss", "val/accuracy", "weights/norm"}
STEPS = 400


def demo() -> Path:
    """The demo's program: STEPSCOPE_DEMO, or beside the binary that is tested."""
    beside = Path(os.environ.get("STEPSCOPE_BINARY", ROOT / "build/release/stepscope")).parent
    return Path(os.environ.get("STEPSCOPE_DEMO", beside / "stepscope_demo"))


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("logs")
    subprocess.run([demo(), path, "--short"], check=True)
    return path


def event_files(logdir: Path) -> list[Path]:
    return sorted(logdir.rglob("*tfevents*"))


def points(path: Path) -> dict[str, list[tuple[float, int, float]]]:
    """(wall time, step, value) of every tag of one file, through TensorBoard's loader."""
    series = defaultdict(list)
    for event in EventFileLoader(str(path)).Load():
        for value in event.summary.value:
            assert value.metadata.plugin_data.plugin_name == "scalars"
            number = float(tensor_util.make_ndarray(value.tensor))
            series[value.tag].append((event.wall_time, event.step, number))
    return series


def test_tensorboards_loader_reads_every_value(logdir: Path) -> None:
    files = event_files(logdir)
    assert len(files) == 11
    for path in files:
        series = points(path)
        assert set(series) == EVERY_STEP | EVERY_TENTH
        steps = [step for _, step, _ in series["train/loss"]]
        assert steps == list(range(steps[0], steps[-1] + 1))
        for tag in EVERY_TENTH:
            assert [step for _, step, _ in series[tag]] == [s for s in steps if s % 10 == 0]


def test_tensorboards_accumulator_reads_whole_runs(logdir: Path) -> None:
    for directory in {path.parent for path in event_files(logdir)}:
        accumulator = EventAccumulator(str(directory), size_guidance={"scalars": 0, "tensors": 0})
        accumulator.Reload()
        assert accumulator.file_version == 2.0
        run = directory.relative_to(logdir).as_posix()
        expected = STEPS + 50 if run == RESTARTED else STEPS
        assert len(accumulator.Scalars("train/loss")) == expected


def test_the_demo_has_something_to_show(logdir: Path) -> None:
    (failing,) = event_files(logdir / FAILING)
    losses = [value for _, _, value in points(failing)["train/loss"]]
    assert math.isfinite(losses[0])
    assert math.isnan(losses[-1])

    before, after = (points(path)["train/loss"] for path in event_files(logdir / RESTARTED))
    assert (before[-1][1], after[0][1]) == (249, 200)
    assert after[0][0] > before[-1][0]


def test_tensorboardx_agrees_about_every_byte(logdir: Path) -> None:
    for path in event_files(logdir):
        data = path.read_bytes()
        events = []
        while data:
            (length,) = struct.unpack_from("<Q", data)
            length_crc, payload = data[8:12], data[12 : 12 + length]
            assert struct.unpack("<I", length_crc)[0] == masked_crc32c(data[:8])
            assert struct.unpack_from("<I", data, 12 + length)[0] == masked_crc32c(payload)
            event = Event.FromString(payload)
            # Nothing but what it knows, in the order and the form in which it would write it.
            if events:
                assert event.SerializeToString(deterministic=True) == payload
            events.append(event)
            data = data[16 + length :]
        assert events[0].file_version == "brain.Event:2"
        assert len(events) - 1 == sum(map(len, points(path).values()))


def test_the_sample_logs_are_the_demos(logdir: Path) -> None:
    """Not byte by byte: another processor may round the last bit of a training step differently."""
    samples = ROOT / "examples/logs"
    fresh = [path.relative_to(logdir) for path in event_files(logdir)]
    assert fresh == [path.relative_to(samples) for path in event_files(samples)]
    for path in fresh:
        old, new = points(samples / path), points(logdir / path)
        assert old.keys() == new.keys()
        for tag in old:
            assert [point[:2] for point in old[tag]] == [point[:2] for point in new[tag]]
        for one, other in zip(old["train/loss"][:20], new["train/loss"][:20], strict=True):
            assert one[2] == pytest.approx(other[2], rel=1e-3)
