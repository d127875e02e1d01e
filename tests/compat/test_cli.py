"""`stepscope inspect` and `query` over every fixture, beside what TensorBoard said of it."""

import csv
import functools
import io
import itertools
import json
import os
import signal
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import nanoarrow
import nanoarrow.ipc
import pytest
from allowed import ALLOWED
from sites import FIXTURES, ROOT, Json
from test_fixtures import FOLDERS, as_csv_value, assert_equal

BINARY = Path(os.environ.get("STEPSCOPE_BINARY", ROOT / "build/release/stepscope"))
NON_FINITE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}

Rows = list[dict[str, Json]]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([BINARY, *arguments], capture_output=True, timeout=60)


def answer(*arguments: str | Path) -> bytes:
    result = run(*arguments)
    assert result.returncode == 0, result.stderr
    assert result.stderr == b""
    return result.stdout


def from_arrow(data: bytes) -> Rows:
    assert data[:8] == b"ARROW1\0\0"
    assert data[-6:] == b"ARROW1"
    stream = nanoarrow.ArrayStream(nanoarrow.ipc.InputStream.from_readable(io.BytesIO(data[8:])))
    return stream.read_all().to_pylist()


def plain(value: Json) -> Json:
    """A Python value as our JSON has it."""
    return NON_FINITE.get(str(value), value) if isinstance(value, float) else value


@pytest.fixture(params=FOLDERS)
def folder(request: pytest.FixtureRequest) -> str:
    return request.param


def expected_series(folder: str) -> Iterator[tuple[tuple[str, str], Json]]:
    expected = json.loads((FIXTURES / folder / "expected.json").read_text())
    for run_name, tags in expected["scalars"]["series"].items():
        for tag, points in tags.items():
            if (folder, "scalars", run_name, tag) not in ALLOWED:
                yield (run_name, tag), points


def test_points_are_those_that_tensorboard_shows(folder: str) -> None:
    rows = json.loads(
        answer("query", FIXTURES / folder, "--points", "--attempts=all", "--format=json")
    )
    series = defaultdict(list)
    for row in rows:
        series[row["run"], row["tag"]].append([row["wall_time"], row["step"], row["value"]])
    for name, expected in expected_series(folder):
        points = series[name]
        steps = [step for _, step, _ in points]
        goes_back = any(one >= other for one, other in itertools.pairwise(steps))
        if not goes_back and "restart" not in folder:
            assert_equal(points, expected)
            continue
        # TensorBoard purges at restarts; what it keeps comes in the same order.
        rest = iter(points)
        for point in expected:
            assert point in rest, (name, point)


def test_formats_hold_the_same(folder: str) -> None:
    question = ["query", FIXTURES / folder, "--points", "--attempts=all", "--smoothing=0.5"]
    rows = json.loads(answer(*question, "--format=json"))
    lines = answer(*question, "--format=jsonl").decode()
    assert [json.loads(line) for line in lines.splitlines()] == rows

    table = list(csv.reader(io.StringIO(answer(*question).decode(), newline="")))
    names = ["run", "tag", "step", "wall_time", "value", "smoothed", "attempt"]
    assert table[0] == names
    as_text = [[as_csv_value(plain(row[name])) for name in names] for row in rows]
    lower = {"True": "true", "False": "false"}
    assert table[1:] == [[lower.get(field, field) for field in row] for row in as_text]

    arrow = from_arrow(answer(*question, "--format=arrow"))
    assert len(arrow) == len(rows)
    for one, row in zip(arrow, rows, strict=True):
        assert {name: plain(value) for name, value in one.items()} == row


def test_summaries_agree_with_the_points(folder: str) -> None:
    columns = "count,first,first_step,last,last_step,min,argmin,max,argmax,mean"
    question = ["query", FIXTURES / folder, "--format=json", f"--select={columns}"]
    points = defaultdict(list)
    for row in json.loads(answer("query", FIXTURES / folder, "--points", "--format=json")):
        points[row["run"], row["tag"]].append((row["step"], row["value"]))
    rows = json.loads(answer(*question))
    assert [(row["run"], row["tag"]) for row in rows] == list(points)
    for row in rows:
        values = points[row["run"], row["tag"]]
        assert row["count"] == len(values)
        assert (row["first_step"], row["first"]) == values[0]
        assert (row["last_step"], row["last"]) == values[-1]
        finite = [(step, value) for step, value in values if not isinstance(value, str)]
        if not finite:
            assert row["min"] is row["argmin"] is row["mean"] is None
            continue
        assert (row["argmin"], row["min"]) == min(finite, key=lambda point: point[1])
        assert (row["argmax"], row["max"]) == max(finite, key=lambda point: point[1])
        assert_equal(row["mean"], sum(value for _, value in finite) / len(finite))


def test_inspect_counts_what_there_is(folder: str) -> None:
    result = run("inspect", FIXTURES / folder, "--format=json", "--strict")
    report = json.loads(result.stdout)
    expected = json.loads((FIXTURES / folder / "expected.json").read_text())
    assert {run["run"] for run in report["runs"]} == set(expected["runs"])
    assert result.returncode == (3 if report["totals"]["problems"] else 0)

    listed = [file for run in report["runs"] for file in run["files"]]
    assert report["totals"]["files"] == len(listed)
    for file in listed:
        if file["path"].endswith(".profile-empty"):
            continue  # Is never opened.
        assert (FIXTURES / folder / file["path"]).stat().st_size == file["bytes"]
    question = ["--points", "--attempts=all", "--format=jsonl"]
    rows = answer("query", FIXTURES / folder, *question).splitlines()
    kinds = {tag["tag"]: (tag["kind"], tag["plugin"]) for tag in report["tags"]}
    if set(kinds.values()) <= {("scalar", "scalars")}:
        assert report["totals"]["points"] == len(rows)
    for problem in report["problems"]:
        assert problem["count"] == len(problem["occurrences"])


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More points than a pipe holds."""
    logdir = tmp_path_factory.mktemp("large")
    make_logdir = BINARY.with_name("make_logdir")
    subprocess.run(
        [make_logdir, logdir, "--runs", "2", "--tags", "5", "--steps", "10000"],
        check=True,
        capture_output=True,
    )
    return logdir


def test_a_reader_that_goes_away_is_no_error(large: Path) -> None:
    command = [BINARY, "query", large, "--points"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"run,tag,step,wall_time,value\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=10) == 0


def test_control_c_ends_it_at_once(large: Path) -> None:
    command = [BINARY, "query", large, "--points"]
    # Whoever started the tests in the background made all that they start ignore it.
    listen = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(command, stdout=subprocess.PIPE, preexec_fn=listen) as process:
        process.stdout.readline()  # It now waits for us to read on.
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=1) == -signal.SIGINT


def test_a_file_is_written_in_the_format_of_its_name(large: Path, tmp_path: Path) -> None:
    file = tmp_path / "points.arrow"
    assert answer("query", large, "--points", "--output", file) == b""
    table = from_arrow(file.read_bytes())
    assert len(table) == 100_000
    assert [row["step"] for row in table[:10_000]] == list(range(10_000))
