"""Files that another process writes show up in the routes while they grow."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sites import Site, stepscope, wait_for

SCALARS = "/data/plugin/scalars"
# Generous: it takes milliseconds where the machine has a core to spare.
TIMEOUT_S = 10

# Reads "RUN STEP" lines; what is logged is on disk when it answers (tensorboardX's flush would not
# wait for its queue).
WRITER = """
import sys
from tensorboard.summary import Writer
writers = {}
for line in sys.stdin:
    run, step = line.split()
    if run not in writers:
        writers[run] = Writer(f"{sys.argv[1]}/{run}")
    writer = writers[run]
    writer.add_scalar("loss", float(step), int(step))
    writer.flush()
    print(step, flush=True)
"""


class Writer:
    """Another process that logs."""

    def __init__(self, logdir: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", WRITER, logdir],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def log(self, run: str, step: int) -> None:
        self.process.stdin.write(f"{run} {step}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == f"{step}\n"

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=30)


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    return tmp_path / "made later"


@pytest.fixture
def site(logdir: Path) -> Iterator[Site]:
    with stepscope(logdir) as site:
        yield site


@pytest.fixture
def writer(logdir: Path) -> Iterator[Writer]:
    writer = Writer(logdir)
    yield writer
    writer.close()


def steps(site: Site, run: str) -> list[int]:
    answer = site.ask(f"{SCALARS}/scalars", run=run, tag="loss")
    return [step for _, step, _ in answer.json()] if answer.status == 200 else []


def test_points_of_another_process_show_up(site: Site, writer: Writer) -> None:
    assert site.get("/data/runs") == []
    logged = []
    for step in range(5):
        writer.log("train", step)
        logged.append(step)
        assert wait_for(lambda: steps(site, "train"), lambda s: s == logged, TIMEOUT_S) == logged

    writer.log("eval", 0)
    runs = wait_for(lambda: site.get("/data/runs"), lambda r: len(r) == 2, TIMEOUT_S)
    assert sorted(runs) == ["eval", "train"]
    assert site.get("/data/plugins_listing")["scalars"]["enabled"]


def test_a_run_that_is_taken_away_disappears(site: Site, writer: Writer, logdir: Path) -> None:
    writer.log("train", 0)
    assert wait_for(lambda: site.get("/data/runs"), bool, TIMEOUT_S) == ["train"]
    writer.close()
    for file in (logdir / "train").iterdir():
        file.unlink()
    (logdir / "train").rmdir()
    assert wait_for(lambda: site.get("/data/runs"), lambda r: not r, TIMEOUT_S) == []


def test_a_record_that_is_written_in_two_halves(site: Site, writer: Writer, logdir: Path) -> None:
    writer.log("train", 0)
    writer.log("train", 1)
    writer.close()
    assert wait_for(lambda: steps(site, "train"), lambda s: len(s) == 2, TIMEOUT_S) == [0, 1]

    [whole] = (logdir / "train").iterdir()
    data = whole.read_bytes()
    (logdir / "halves").mkdir()
    with (logdir / "halves" / whole.name).open("wb", buffering=0) as file:
        file.write(data[:-7])
        assert wait_for(lambda: steps(site, "halves"), bool, TIMEOUT_S) == [0]
        file.write(data[-7:])
        assert wait_for(lambda: steps(site, "halves"), lambda s: len(s) == 2, TIMEOUT_S) == [0, 1]
