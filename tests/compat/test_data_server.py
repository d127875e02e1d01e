"""`stepscope-data-server` as TensorBoard starts it: files, exit codes, the end of its parent."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from sites import FIXTURES, ROOT, wait_for
from tensorboard.data import server_ingester
from tensorboard.data.proto import data_provider_pb2 as pb
from tensorboard.data.proto import data_provider_pb2_grpc as pb_grpc
from tensorboard.util import grpc_util

BINARY = Path(os.environ.get("STEPSCOPE_BINARY", ROOT / "build/release/stepscope")).with_name(
    "stepscope-data-server"
)
LOGDIR = FIXTURES / "torch-scalars"


@pytest.fixture(autouse=True)
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def run(*flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BINARY, *flags], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20
    )


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen, Path]]:
    port_file = tmp_path / "port"
    command = [BINARY, f"--logdir={LOGDIR}", "--port=0", f"--port-file={port_file}"]
    process = subprocess.Popen([*command, "--die-after-stdin"], stdin=subprocess.PIPE)
    yield process, port_file
    process.kill()
    process.wait()


def read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def test_the_port_file_is_one_line_and_the_port_is_served(server) -> None:
    _, port_file = server
    text = wait_for(lambda: read(port_file), lambda text: text.endswith("\n"), 20)
    assert text == f"{int(text)}\n"
    with grpc.insecure_channel(f"localhost:{int(text)}") as channel:
        stub = pb_grpc.TensorBoardDataProviderStub(channel)
        experiment = stub.GetExperiment(pb.GetExperimentRequest(), timeout=5)
        assert experiment.data_location == str(LOGDIR)


def test_it_ends_with_its_parents_pipe(server) -> None:
    process, port_file = server
    wait_for(lambda: read(port_file), bool, 20)
    assert process.poll() is None
    start = time.monotonic()
    process.stdin.close()
    assert process.wait(timeout=10) == 0
    assert time.monotonic() - start < 2


@pytest.mark.parametrize(
    ("flags", "code", "message"),
    [
        (["--logdir="], 8, "empty --logdir"),
        (["--logdir=s3://bucket/x"], 8, 'unknown protocol "s3" in logdir s3://bucket/x'),
        (["--logdir=.", "--host=192.0.2.1"], 9, "cannot listen on 192.0.2.1, port 6806"),
    ],
)
def test_why_it_could_not_start_is_in_the_error_file(
    tmp_path: Path, flags: list[str], code: int, message: str
) -> None:
    error_file = tmp_path / "error"
    result = run(*flags, f"--error-file={error_file}")
    assert result.returncode == code
    assert read(error_file).startswith(message)
    assert result.stderr == ""
    result = run(*flags)
    assert result.returncode == code
    assert message in result.stderr


@pytest.mark.parametrize(
    "flags",
    [[], ["--logdir=x", "--port=x"], ["--logdir=x", "--bogus"], ["--logdir=x", "--reload=x"]],
)
def test_a_wrong_command_line_is_exit_code_2(flags: list[str]) -> None:
    assert run(*flags).returncode == 2


def test_a_port_file_that_cannot_be_written_is_fatal(tmp_path: Path) -> None:
    result = run(f"--logdir={tmp_path}", "--port=0", f"--port-file={tmp_path}/no/port")
    assert result.returncode == 1
    assert "no/port" in result.stderr


def test_two_servers_do_not_share_a_port(server) -> None:
    _, port_file = server
    port = wait_for(lambda: read(port_file), lambda text: text.endswith("\n"), 20).strip()
    assert run(f"--logdir={LOGDIR}", f"--port={port}").returncode == 9


def ingester(logdir: str) -> server_ingester.SubprocessServerDataIngester:
    """TensorBoard's own half of the protocol."""
    return server_ingester.SubprocessServerDataIngester(
        server_binary=server_ingester.ServerBinary(str(BINARY), version=None),
        logdir=logdir,
        reload_interval=5,
        channel_creds_type=grpc_util.ChannelCredsType.LOCAL,
        samples_per_plugin={"scalars": 500, "images": 0},
        extra_flags=["--checksum"],
    )


def test_tensorboards_own_starter_takes_it() -> None:
    started = ingester(str(LOGDIR))
    started.start()
    runs = wait_for(
        lambda: started.data_provider.list_runs(None, experiment_id=""), lambda runs: runs, 20
    )
    assert "train" in [run.run_name for run in runs]
    started._stdin_handle.close()


def test_tensorboards_own_starter_says_our_reason() -> None:
    with pytest.raises(server_ingester.DataServerStartupError, match="unknown protocol"):
        ingester("s3://bucket").start()
