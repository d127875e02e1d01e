"""The two programs that are measured, each started on a logdir and timed until it is loaded."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import tensorboard_data_server

LOAD_TIMEOUT_S = 600
# How often ours is asked; the answer is late by half of it, and asking costs a core time too.
POLL_INTERVAL_S = 0.002


class Measurement(NamedTuple):
    seconds: float  # From before the process existed until its last point could be asked for.
    cpu_seconds: float
    peak_rss_bytes: int


class Server:
    """A process that loads a log directory and then answers questions about it."""

    def __init__(self, name: str, command: list[str], pipe: str, env: dict[str, str]) -> None:
        self.name = name
        begun = time.perf_counter()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if pipe == "stdout" else subprocess.DEVNULL,
            stderr=subprocess.PIPE if pipe == "stderr" else sys.stderr,
            env=os.environ | env,
        )
        try:
            self._wait_until_loaded()
        except BaseException:
            self.stop()
            raise
        seconds = time.perf_counter() - begun
        self.measurement = Measurement(seconds, self.cpu_seconds(), self.status_bytes("VmHWM"))

    def _wait_until_loaded(self) -> None:
        raise NotImplementedError

    def _line_with(self, stream: object, pattern: str) -> re.Match[str]:
        for line in stream:
            if match := re.search(pattern, line.decode(errors="replace")):
                return match
        raise SystemExit(f"{self.name} ended before it said {pattern!r}")

    @property
    def pid(self) -> int:
        return self._process.pid

    def cpu_seconds(self) -> float:
        # The process's own clock (clock_getcpuclockid): /proc tells no more than ticks of 10 ms.
        scheduled = 2
        return time.clock_gettime(~self._process.pid << 3 | scheduled)

    def status_bytes(self, field: str) -> int:
        """VmRSS, VmHWM (its peak) and the like. Not rusage's: that counts the parent's memory from
        before the exec."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(re.search(rf"{field}:\s*(\d+) kB", status)[1]) << 10

    def open_files(self) -> int:
        return sum(1 for _ in Path(f"/proc/{self._process.pid}/fd").iterdir())

    def stop(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def end(self) -> None:
        """As a person ends it, so that it may put its things in order."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=10)

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class DataServer(Server):
    """TensorBoard's data server, with its own defaults: payload checksums are not verified."""

    def __init__(self, logdir: Path, *flags: str, reload: str = "once") -> None:
        self._folder = TemporaryDirectory()
        self._port_file = Path(self._folder.name, "port")
        binary = tensorboard_data_server.server_binary()
        command = [binary, "--logdir", logdir, "--port", "0", "--port-file", self._port_file]
        command += ["--reload", reload, "--verbose", *flags]
        super().__init__("data server", list(map(str, command)), "stderr", {})

    def _wait_until_loaded(self) -> None:
        self._line_with(self._process.stderr, "Finished load cycle")

    @property
    def address(self) -> str:
        return f"localhost:{self._port_file.read_text().strip()}"

    def stop(self) -> None:
        super().stop()
        self._folder.cleanup()


class TensorBoard(Server):
    """The real one, with its Python loader, which has read everything when it says where it is."""

    def __init__(self, logdir: Path, *flags: str) -> None:
        command = [sys.executable, "-m", "tensorboard.main", "--logdir", logdir, "--port", "0"]
        command += ["--load_fast=false", "--reload_task=blocking", "--reload_interval=0", *flags]
        super().__init__("tensorboard", list(map(str, command)), "stderr", {})

    def _wait_until_loaded(self) -> None:
        self.port = int(self._line_with(self._process.stderr, r" at http://[^:/]+:(\d+)/")[1])


class Stepscope(Server):
    """Ours, with no index from an earlier start unless it is given a cache that has one. It loads
    once, unless it follows."""

    def __init__(
        self,
        binary: Path,
        logdir: Path,
        *flags: str,
        cache: Path | None = None,
        follow: bool = False,
    ) -> None:
        self._cache = TemporaryDirectory()
        command = [binary, "--logdir", logdir, "--host", "127.0.0.1", "--port", "0", *flags]
        if not follow:
            command += ["--reload_interval", "0"]
        env = {"XDG_CACHE_HOME": str(cache or self._cache.name)}
        super().__init__("stepscope", list(map(str, command)), "stdout", env)

    def _wait_until_loaded(self) -> None:
        url = self._line_with(self._process.stdout, r" at http://([^:/]+):(\d+)/")
        self.port = int(url[2])
        self._connection = http.client.HTTPConnection(url[1], self.port, timeout=60)
        deadline = time.monotonic() + LOAD_TIMEOUT_S
        while True:
            self.environment = json.loads(self.ask("GET", "/api/environment"))
            if self.environment["progress"]["complete"]:
                return
            if time.monotonic() > deadline:
                raise SystemExit(f"{self.name} was not done after {LOAD_TIMEOUT_S} s")
            time.sleep(POLL_INTERVAL_S)

    def ask(self, method: str, path: str, body: str | None = None, accept: str = "*/*") -> bytes:
        headers = {"Accept": accept, "Content-Type": "application/json"}
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        data = response.read()
        if response.status != 200:
            raise SystemExit(f"{self.name}: {method} {path}: {response.status} {data[:200]!r}")
        return data

    def stop(self) -> None:
        super().stop()
        self._cache.cleanup()
