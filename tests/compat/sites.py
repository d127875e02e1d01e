"""Servers that tests ask: ours, and the real TensorBoard."""

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests/data/fixtures"
START_TIMEOUT_S = 60  # TensorBoard's imports alone take ten seconds on a busy machine.

Json = Any
T = TypeVar("T")


class Answer(NamedTuple):
    status: int
    content_type: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Json:
        assert self.status == 200, self.body
        return json.loads(self.body)


class Site:
    """A server that is running, by its address."""

    def __init__(self, url: str, printed: str = "", process: int = 0) -> None:
        self.url = url.rstrip("/")
        self.printed = printed  # Up to the line with the address.
        self.process = process

    def ask(
        self,
        path: str,
        data: bytes | None = None,
        method: str | None = None,
        query: tuple[tuple[str, str], ...] = (),
        content_type: str | None = None,  # A form's, for data that come without one.
        **more_query: str,
    ) -> Answer:
        url = self.url + path
        if query or more_query:
            url += "?" + urllib.parse.urlencode([*query, *more_query.items()])
        headers = {"Content-Type": content_type} if content_type else {}
        request = urllib.request.Request(url, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=START_TIMEOUT_S) as response:
                return self._answer(response)
        except urllib.error.HTTPError as error:
            with error:
                return self._answer(error)

    def get(self, path: str, **query: str) -> Json:
        return self.ask(path, **query).json()

    def post_form(self, path: str, fields: list[tuple[str, str]]) -> Answer:
        return self.ask(path, data=urllib.parse.urlencode(fields).encode(), method="POST")

    @staticmethod
    def _answer(response) -> Answer:
        return Answer(
            response.status,
            response.headers.get_content_type(),
            dict(response.headers),
            response.read(),
        )


def wait_for(ask: Callable[[], T], is_done: Callable[[T], bool], seconds: float) -> T:
    """The first answer that will do, or else the last one within that time."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if is_done(answer) or time.monotonic() > deadline:
            return answer
        time.sleep(0.01)


@contextlib.contextmanager
def running(command: list[str | Path], url_line: str) -> Iterator[Site]:
    """Starts a server that prints a line with its address, and ends it again."""
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=ROOT)
        try:
            found = None
            deadline = time.monotonic() + START_TIMEOUT_S
            while not found:
                log.seek(0)
                text = log.read()
                found = re.search(url_line, text)
                assert process.poll() is None, text
                assert time.monotonic() < deadline, text
                time.sleep(0.005)
            yield Site(found[1], text, process.pid)
        finally:
            process.terminate()
            process.wait(timeout=10)


@contextlib.contextmanager
def stepscope(logdir: Path | str, *flags: str) -> Iterator[Site]:
    """Our server on that folder, with every file read once."""
    binary = os.environ.get("STEPSCOPE_BINARY", ROOT / "build/release/stepscope")
    command = [binary, "--logdir", logdir, "--port", "0", "--index_dir", "none", *flags]
    with running(command, r"Stepscope \S+ at (http://\S+)") as site:
        progress = wait_for(
            lambda: site.get("/api/environment")["progress"], lambda p: p["complete"], 20
        )
        assert progress["complete"], progress
        yield site


@contextlib.contextmanager
def tensorboard_command(*flags: Path | str) -> Iterator[Site]:
    """The real TensorBoard."""
    command = [sys.executable, "-m", "tensorboard.main", *flags]
    with running(command, r"TensorBoard \S+ at (http://\S+)") as site:
        yield site


LOAD_ONCE = ("--load_fast=false", "--reload_task=blocking", "--reload_interval=0")


@contextlib.contextmanager
def tensorboard(logdir: Path | str, *flags: str) -> Iterator[Site]:
    """The same with its Python loader, which has read everything."""
    # Blocking and once: the address is printed when all is loaded.
    with tensorboard_command("--logdir", logdir, "--port", "0", *LOAD_ONCE, *flags) as site:
        yield site


@contextlib.contextmanager
def tensorboard_here(logdir: Path, *flags: str) -> Iterator[Site]:
    """The same inside this process, for tests of many folders: its imports take most of its start.

    It ends with the process.
    """
    from tensorboard import program

    board = program.TensorBoard()
    board.configure(["tensorboard", "--logdir", str(logdir), "--port", "0", *LOAD_ONCE, *flags])
    yield Site(board.launch())
