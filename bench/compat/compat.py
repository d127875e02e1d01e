#!/usr/bin/env python3
"""TensorBoard's routes on 1,000 runs: ours beside the real TensorBoard.

README.md says what is measured.
"""

import argparse
import json
import os
import random
import re
import socket
import struct
import sys
import time
import urllib.parse
from pathlib import Path
from typing import NamedTuple

import task
from servers import Server, Stepscope, TensorBoard
from task import Row
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboardX.record_writer import masked_crc32c

RUNS = 1000
TAGS = 5
STEPS = 5
LONG = 500  # The run whose series are asked for; it has what TensorBoard answers with at most.
LONG_STEPS = 1000
LONG_HISTOGRAMS = 51
LONG_PICTURES = 10
NODES = 500
VARIANTS = 16  # So many other runs differ in what they measured; checksums are slow in Python.
START = 1_700_000_000
AT_LEAST = 3
TIMEOUT_S = 120
MAX_ANSWER_BYTES = 8 << 20
END_OF_HEAD = b"\r\n\r\n"
CONTENT_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
RUNS_A_REQUEST = 64  # Of the page's requests for a card.
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


class Question(NamedTuple):
    plugin: str
    what: str
    path: str
    body: bytes | None = None
    content_type: str = ""


def record(event: Event) -> bytes:
    data = event.SerializeToString()
    length = struct.pack("<Q", len(data))
    frame = length + struct.pack("<I", masked_crc32c(length)) + data
    return frame + struct.pack("<I", masked_crc32c(data))


def summary(step: int, *values: Summary.Value) -> bytes:
    event = Event(wall_time=START + step, step=step)
    event.summary.value.extend(values)
    return record(event)


def measured(variant: int, steps: int) -> bytes:
    """What a run logs while it trains."""
    rng = random.Random(variant)
    data = b""
    for step in range(steps):
        values = [
            Summary.Value(tag=f"metric_{tag}", simple_value=rng.random()) for tag in range(TAGS)
        ]
        if step < LONG_HISTOGRAMS:
            limits = [float(limit) for limit in range(30)]
            counts = [float(rng.randint(1, 9)) for _ in limits]
            histo = HistogramProto(min=-1, max=30, num=1, bucket_limit=limits, bucket=counts)
            values.append(Summary.Value(tag="weights", histo=histo))
        if step < LONG_PICTURES:
            image = Summary.Image(height=1, width=1, encoded_image_string=PNG)
            values.append(Summary.Value(tag="picture", image=image))
        data += summary(step, *values)
    return data


def graph() -> bytes:
    made = GraphDef()
    for number in range(NODES):
        node = made.node.add(name=f"layer_{number // 20}/op_{number}", op="MatMul")
        node.input.extend(other.name for other in made.node[max(number - 2, 0) : number])
        node.attr["T"].type = 1
    return record(Event(wall_time=START, graph_def=made.SerializeToString()))


def session(number: int) -> bytes:
    """A run's hyperparameters, and that it has ended."""
    start = plugin_data_pb2.SessionStartInfo(start_time_secs=START)
    start.hparams["lr"].number_value = 0.1 / (1 + number % 7)
    start.hparams["optimizer"].string_value = ("adam", "sgd")[number % 2]
    end = plugin_data_pb2.SessionEndInfo(status=1, end_time_secs=START + 60)
    data = b""
    for tag, name, info in (
        ("_hparams_/session_start_info", "session_start_info", start),
        ("_hparams_/session_end_info", "session_end_info", end),
    ):
        value = Summary.Value(tag=tag)
        content = plugin_data_pb2.HParamsPluginData(**{name: info})
        value.metadata.plugin_data.plugin_name = "hparams"
        value.metadata.plugin_data.content = content.SerializeToString()
        data += summary(0, value)
    return data


def write_logdir(arguments: argparse.Namespace) -> Path:
    """Once."""
    logdir = arguments.data / f"compat-{RUNS}x{TAGS}x{STEPS}-{LONG_STEPS}"
    if not logdir.exists():
        unfinished = logdir.with_name(f"{logdir.name}.{os.getpid()}")
        variants = [measured(variant, STEPS) for variant in range(VARIANTS)]
        for number in range(RUNS):
            run = unfinished / run_name(number)
            run.mkdir(parents=True)
            begin = record(Event(wall_time=START + number, file_version="brain.Event:2"))
            data = begin + session(number)
            data += (
                graph() + measured(0, LONG_STEPS) if number == LONG else variants[number % VARIANTS]
            )
            (run / f"events.out.tfevents.{START}.host").write_bytes(data)
        unfinished.rename(logdir)
    return logdir


def run_name(number: int) -> str:
    return f"sweep/trial_{number:04}"


def get(plugin: str, route: str, **query: str) -> Question:
    path = f"/data/plugin/{plugin}/{route}"
    if query:
        path += "?" + urllib.parse.urlencode(query)
    return Question(plugin, f"{plugin}/{route}", path)


def questions() -> list[Question]:
    one = {"run": run_name(LONG)}
    form = [("tag", "metric_0"), *(("runs", run_name(n)) for n in range(RUNS_A_REQUEST))]
    groups = {
        "experimentName": "",
        "allowedStatuses": ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING"],
        "colParams": [{"hparam": "lr"}, {"hparam": "optimizer"}, {"metric": {"tag": "metric_0"}}],
        "startIndex": 0,
        "sliceSize": 100,
    }
    return [
        Question("core", "window_properties, which is nearly nothing", "/data/window_properties"),
        get("scalars", "tags"),
        get("scalars", "scalars", **one, tag="metric_0"),
        Question(
            "scalars",
            f"scalars/scalars_multirun of {RUNS_A_REQUEST} runs",
            "/data/plugin/scalars/scalars_multirun",
            urllib.parse.urlencode(form).encode(),
            "application/x-www-form-urlencoded",
        ),
        get("histograms", "tags"),
        get("histograms", "histograms", **one, tag="weights"),
        get("images", "tags"),
        get("images", "images", **one, tag="picture", sample="0"),
        Question(
            "hparams",
            "hparams/session_groups",
            "/data/plugin/hparams/session_groups",
            json.dumps(groups).encode(),
            "application/json",
        ),
        get("graphs", "info"),
        get("graphs", "graph", **one, conceptual="false"),
    ]


class Client:
    """Asks one server, on a connection that it keeps for as long as the server does. Plain sockets:
    Python's HTTP client takes longer than some of the answers, and so would a new buffer for each
    piece of them."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.socket: socket.socket | None = None
        self.buffer = bytearray(MAX_ANSWER_BYTES)

    def ask(self, question: Question) -> tuple[bytes, float]:
        """The answer, and how many milliseconds it took, connecting included."""
        request = self.request_of(question)
        begun = time.perf_counter()
        if self.socket is None:
            self.socket = socket.create_connection(("localhost", self.server.port), TIMEOUT_S)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(request)
        received = 0
        while (end := self.buffer.find(END_OF_HEAD, 0, received)) < 0:
            received += self.receive(received)
        body = end + len(END_OF_HEAD)
        total = body + int(CONTENT_LENGTH.search(self.buffer, 0, end)[1])
        while received < total:
            received += self.receive(received)
        elapsed_ms = (time.perf_counter() - begun) * 1000
        head = bytes(self.buffer[:end])
        if re.search(rb"(?i)\r\nconnection: *close", head):
            self.close()
        answer = bytes(self.buffer[body:total])
        if b" 200 " not in head[:20]:
            sys.exit(f"{self.server.name}: {question.what}: {head!r} {answer[:200]!r}")
        return answer, elapsed_ms

    @staticmethod
    def request_of(question: Question) -> bytes:
        lines = [f"{'GET' if question.body is None else 'POST'} {question.path} HTTP/1.1"]
        lines.append("Host: localhost")
        if question.body is not None:
            lines.append(f"Content-Type: {question.content_type}")
            lines.append(f"Content-Length: {len(question.body)}")
        return "\r\n".join([*lines, "", ""]).encode() + (question.body or b"")

    def receive(self, received: int) -> int:
        """Goes on with an answer of which so much is here; returns how much came."""
        count = self.socket.recv_into(memoryview(self.buffer)[received:])
        if count == 0:
            sys.exit(f"{self.server.name} hung up, or its answer is too long")
        return count

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
        self.socket = None


def check(question: Question, ours: bytes, theirs: bytes) -> None:
    if ours != theirs and json.loads(ours) != json.loads(theirs):
        sys.exit(f"{question.what}: {ours[:300]!r} is not {theirs[:300]!r}")


def measure(
    question: Question, ours: Client, theirs: Client, max_seconds: float
) -> tuple[list[float], list[float]]:
    check(question, ours.ask(question)[0], theirs.ask(question)[0])
    times: tuple[list[float], list[float]] = ([], [])
    deadline = time.monotonic() + max_seconds
    while len(times[0]) < AT_LEAST or time.monotonic() < deadline:
        for client, taken in zip((ours, theirs), times, strict=True):
            taken.append(client.ask(question)[1])
    return times


def main() -> None:
    parser = task.flags(__doc__)
    parser.add_argument("--max_seconds", type=float, default=10, help="for a question")
    parser.add_argument("--min_ratio", type=float, help="fail if the medians' ratio is lower")
    arguments = task.parse(parser)
    logdir = write_logdir(arguments)
    task.warm_up(logdir)
    rows, details, slow = [], {}, []
    with Stepscope(arguments.binary, logdir) as ours, TensorBoard(logdir) as theirs:
        clients = Client(ours), Client(theirs)
        listing = Question("core", "plugins_listing", "/data/plugins_listing")
        listed = {"core", *json.loads(clients[0].ask(listing)[0])}
        for question in questions():
            if question.plugin not in listed:
                print(f"{question.what} is not served by this build", file=sys.stderr)
                continue
            both = measure(question, *clients, arguments.max_seconds)
            details[question.what] = {"ours_ms": both[0], "theirs_ms": both[1]}
            p50, p95 = ([task.percentile(one, share) for one in both] for share in (0.5, 0.95))
            cells = [f"{p50[side]:.2f} / {p95[side]:.2f} ms" for side in (0, 1)]
            ratios = [quantile[1] / quantile[0] for quantile in (p50, p95)]
            what = f"{RUNS:,} runs: {question.what}, p50 / p95"
            rows.append(Row(what, *cells, " / ".join(f"{ratio:.0f}" for ratio in ratios)))
            if arguments.min_ratio and ratios[0] < arguments.min_ratio:
                slow.append(question.what)
    task.finish("compat", rows, arguments, times=details)
    if slow:
        sys.exit(f"compat: less than {arguments.min_ratio:g} times as fast: {', '.join(slow)}")


if __name__ == "__main__":
    main()
