"""A thousand clients at once: each gets every answer, whole and its own, and within a bound."""

import asyncio
import resource
import time
import urllib.parse
from pathlib import Path

import pytest
from sites import FIXTURES, Site, stepscope

CLIENTS = 1000
REQUESTS = 5
# Generous: a quiet machine needs two. What hangs hangs for longer.
LIMIT_S = 60
ROUTES = [
    "/data/runs",
    "/data/plugins_listing",
    "/data/plugin/scalars/tags",
    "/data/plugin/scalars/scalars?run=train&tag=loss",
    "/data/plugin/text/tags",
    "/data/plugin/images/tags",
    "/data/nothing",
]


@pytest.fixture(autouse=True)
def enough_files():
    """A socket for each client here, and one in the server, which inherits the limit."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CLIENTS + 200
    if limits[1] != resource.RLIM_INFINITY and limits[1] < wanted:
        pytest.skip(f"this machine allows {limits[1]} open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(limits[0], wanted), limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)


class Client:
    def __init__(self, number: int) -> None:
        self.number = number
        self.answers: list[tuple[str, int, bytes]] = []

    async def connect(self, host: str, port: int) -> None:
        self.reader, self.writer = await asyncio.open_connection(host, port)

    async def ask(self, path: str) -> None:
        self.writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
        body = await self.reader.readexactly(int(fields[b"content-length"]))
        self.answers.append((path, int(head.split()[1]), body))

    async def ask_all(self) -> None:
        for step in range(REQUESTS):
            await self.ask(ROUTES[(self.number + step) % len(ROUTES)])
        self.writer.close()


async def ask_at_once(site: Site) -> list[Client]:
    address = urllib.parse.urlsplit(site.url)
    clients = [Client(number) for number in range(CLIENTS)]
    await asyncio.gather(*(one.connect(address.hostname, address.port) for one in clients))
    # All of them are connected before the first one asks.
    await asyncio.gather(*(one.ask_all() for one in clients))
    return clients


def peak_bytes(process: int) -> int:
    [line] = [
        line for line in Path(f"/proc/{process}/status").read_text().splitlines() if "VmHWM" in line
    ]
    return int(line.split()[1]) << 10


def test_a_thousand_clients() -> None:
    with stepscope(FIXTURES / "tf-scalars-text") as site:
        expected = {path: site.ask(path) for path in ROUTES}
        before = peak_bytes(site.process)
        begun = time.monotonic()
        clients = asyncio.run(asyncio.wait_for(ask_at_once(site), LIMIT_S))
        elapsed = time.monotonic() - begun
        for client in clients:
            assert len(client.answers) == REQUESTS
            for path, status, body in client.answers:
                assert (status, body) == (expected[path].status, expected[path].body), path
        # The bound for what is hostile, above the data (design.md).
        assert peak_bytes(site.process) - before < 256 << 20
        print(f"{CLIENTS} clients, {CLIENTS * REQUESTS} answers in {elapsed:.2f} s")
        assert site.get("/data/runs")
