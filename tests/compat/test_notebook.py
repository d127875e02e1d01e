"""Stepscope in the place of `tensorboard` for notebooks: found, started and used again."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sites import FIXTURES, ROOT, Site, wait_for
from tensorboard import manager

BINARY = os.environ.get("STEPSCOPE_BINARY", str(ROOT / "build/release/stepscope"))
ARGUMENTS = ["--logdir", str(FIXTURES / "torch-scalars"), "--port", "0", "--index_dir", "none"]
TIMEOUT_S = 30


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No servers but the test's own are found."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv("TENSORBOARD_BINARY", BINARY)


@pytest.fixture
def launched() -> Iterator[manager.TensorBoardInfo]:
    """What `%tensorboard --logdir ...` does first."""
    key = manager.cache_key(str(Path.cwd()), ARGUMENTS, {})
    assert manager._find_matching_instance(key) is None
    result = manager.start(ARGUMENTS)
    assert isinstance(result, manager.StartLaunched), result
    yield result.info
    if manager.get_all():
        os.kill(result.info.pid, signal.SIGKILL)


def test_a_notebook_starts_it_and_knows_its_port(launched: manager.TensorBoardInfo) -> None:
    assert launched.logdir == str(FIXTURES / "torch-scalars")
    assert launched.path_prefix == ""
    assert launched.db == ""
    assert Site(f"http://localhost:{launched.port}").ask("/data/runs").status == 200


def test_a_second_cell_uses_the_same_server(launched: manager.TensorBoardInfo) -> None:
    again = manager.start(ARGUMENTS)
    assert isinstance(again, manager.StartReused)
    assert again.info == launched
    assert manager.get_all() == [launched]


def test_its_file_goes_with_it(launched: manager.TensorBoardInfo) -> None:
    os.kill(launched.pid, signal.SIGTERM)
    assert wait_for(manager.get_all, lambda infos: not infos, TIMEOUT_S) == []


def test_why_it_could_not_start_is_shown() -> None:
    result = manager.start(["--logdir", "x", "--no_such_flag"])
    assert isinstance(result, manager.StartFailed)
    assert result.exit_code == 2
    assert "there is no flag --no_such_flag" in result.stderr
