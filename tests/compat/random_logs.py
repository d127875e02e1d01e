"""Log directories made at random, but valid: runs as other people's writers could have left them.

    python tests/compat/random_logs.py SEED NUMBER FOLDER

writes again what a test has written of one seed under that number, for compare.py to look at it.
"""

import random
import struct
import sys
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path

import numpy
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from random_series import Value, float_of, graph, markdown, some_series, words
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboardX import SummaryWriter
from tensorboardX.record_writer import masked_crc32c

START = 1_700_000_000.0
# Steps of one file. Few, for TensorBoard is slow: 51 of a histogram are the most that it shows.
MAX_STEPS = 6
MAX_FILES = 3
MAX_RUNS = 3
MAX_SERIES = 5

STEPS: list[Callable[[random.Random], list[int]]] = [
    lambda rng: list(range(rng.randint(1, MAX_STEPS))),
    lambda rng: list(range(0, 10 * rng.randint(1, MAX_STEPS), 10)),
    lambda rng: sorted(rng.sample(range(100), rng.randint(1, MAX_STEPS))),
    lambda rng: [0] * rng.randint(1, 3),
    lambda rng: [rng.randint(0, 5) for _ in range(rng.randint(1, MAX_STEPS))],
    lambda rng: [-(2**40), -1, 0, 2**31, 2**53 + 1, 2**63 - 1][: rng.randint(1, 6)],
]


class EventFile:
    """Frames and writes events; some files have their messages' fields in any order."""

    def __init__(self, path: Path, rng: random.Random) -> None:
        self.file = path.open("wb")
        self.rng = rng
        self.is_shuffled = rng.random() < 0.2

    def write(self, event: Event) -> None:
        self.write_record(self.encoded(event) if self.is_shuffled else event.SerializeToString())

    def write_record(self, data: bytes) -> None:
        length = struct.pack("<Q", len(data))
        self.file.write(length + struct.pack("<I", masked_crc32c(length)))
        self.file.write(data + struct.pack("<I", masked_crc32c(data)))

    def encoded(self, message: Message) -> bytes:
        parts = []
        for field, value in message.ListFields():
            if isinstance(value, Message):
                parts.append(delimited(field.number, self.encoded(value)))
            elif not field.is_repeated:
                parts.append(type(message)(**{field.name: value}).SerializeToString())
            else:
                parts.append(self.repeated(message, field, value))
        if self.rng.random() < 0.2:
            parts.append(delimited(1000, b"what nobody knows"))
        self.rng.shuffle(parts)
        return b"".join(parts)

    def repeated(self, message: Message, field: FieldDescriptor, values: Iterable) -> bytes:
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            return b"".join(delimited(field.number, self.encoded(value)) for value in values)
        singles = [type(message)(**{field.name: [value]}).SerializeToString() for value in values]
        if field.is_packed and self.rng.random() < 0.5:
            # One by one, as writers did before there was packing.
            kind = {FieldDescriptor.TYPE_DOUBLE: 1, FieldDescriptor.TYPE_FLOAT: 5}.get(
                field.type, 0
            )
            key = len(varint(field.number << 3))
            singles = [varint(field.number << 3 | kind) + one[key + 1 :] for one in singles]
        return b"".join(singles)

    def close(self) -> None:
        if self.rng.random() < 0.05:
            self.file.write(self.rng.randbytes(7))  # A record that is still being written.
        self.file.close()


def delimited(field: int, data: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(data)) + data


def varint(number: int) -> bytes:
    data = bytearray()
    while number > 127:
        data.append(number & 127 | 128)
        number >>= 7
    return bytes([*data, number])


def file_name(rng: random.Random, number: int) -> str:
    style = rng.random()
    if style < 0.7:
        return f"events.out.tfevents.{int(START) + number}.host.{rng.randint(1, 99)}.{number}"
    if style < 0.9:
        return f"events.out.tfevents.{int(START) + number}.{words(rng).replace('/', '_')}"[:200]
    return f"{number} tfevents"


def begin_file(file: EventFile, rng: random.Random, wall_time: float, step: int) -> bool:
    """True if it is a start from here, which ends what was logged from that step on."""
    style = rng.random()
    version = "brain.Event:2" if style < 0.85 else rng.choice(["brain.Event:1", "brain.Event:x"])
    if style < 0.95:
        file.write(Event(wall_time=wall_time, file_version=version))
    if rng.random() < 0.7:
        return False
    log = SessionLog(status=rng.choice([SessionLog.START, SessionLog.CHECKPOINT]))
    file.write(Event(wall_time=wall_time, step=step, session_log=log))
    return True


def write_protobuf(folder: Path, rng: random.Random) -> None:
    """A run in several files, of which later ones may be the same job started again."""
    series = [some_series(rng, tag) for tag in tags(rng)]
    steps = rng.choice(STEPS)
    wall_time = START + rng.uniform(-1e6, 1e6)
    for number in range(rng.choice([1, 1, 1, 2, MAX_FILES])):
        file = EventFile(folder / file_name(rng, number), rng)
        of_file = steps(rng)
        if rng.random() < 0.5:
            of_file = [min(step + number * MAX_STEPS, 2**63 - 1) for step in of_file]
        # A start must not leave a tag without any value: TensorBoard answers 500 about pictures.
        chance = 1.0 if begin_file(file, rng, wall_time, of_file[0]) else 0.8
        if rng.random() < 0.1:
            file.write(Event(wall_time=wall_time, graph_def=graph(rng)))
        for step in of_file:
            wall_time += rng.choice([0.0, 0.125, 1.0, -0.5])
            values = [one(rng, number) for one in series if rng.random() < chance]
            write_step(file, rng, list(chain.from_iterable(values)), wall_time, step)
            chance = 0.8
        if rng.random() < 0.1:
            file.write(Event(wall_time=wall_time, session_log=SessionLog(status=SessionLog.STOP)))
        file.close()


def write_step(
    file: EventFile, rng: random.Random, values: list[Value], wall_time: float, step: int
) -> None:
    for group in [values] if rng.random() < 0.3 else [[value] for value in values]:
        event = Event(wall_time=wall_time, step=step)
        event.summary.value.extend(group)
        file.write(event)


def tags(rng: random.Random) -> list[str]:
    made = {
        rng.choice(["", "", "/", "a/"]) + "/".join(words(rng) for _ in range(rng.randint(1, 2)))
        for _ in range(rng.randint(1, MAX_SERIES))
    }
    if rng.random() < 0.03:
        made.add("")
    return sorted(made)


def write_tensorboardx(folder: Path, rng: random.Random) -> None:
    for number in range(rng.choice([1, 1, 2])):
        with SummaryWriter(str(folder), filename_suffix=f".{number}") as writer:
            add_all(writer, rng, steps=rng.randint(1, 3), first=rng.randint(0, 3))


def add_all(writer: SummaryWriter, rng: random.Random, steps: int, first: int) -> None:
    noise = numpy.random.default_rng(rng.randrange(2**32))
    names = [f"{words(rng)}/{number}" for number in range(7)]
    used = [number == 0 or rng.random() < 0.4 for number in range(7)]
    for step in range(first, first + steps):
        at = {"global_step": step, "walltime": START + step}
        if used[0]:
            title = {"display_name": words(rng), "summary_description": markdown(rng)}
            writer.add_scalar(names[0], float_of(rng), **at, **title)
        if used[1]:
            writer.add_histogram(names[1], noise.normal(size=rng.choice([1, 50])), **at)
        if used[2]:
            writer.add_image(names[2], noise.random((3, 4, 5)), **at)
        if used[3]:
            writer.add_text(names[3], markdown(rng), **at)
        if used[4]:
            labels, chances = noise.integers(2, size=9), noise.random(9)
            writer.add_pr_curve(names[4], labels, chances, num_thresholds=5, **at)
        if used[5]:
            writer.add_mesh(names[5], vertices=noise.random((1, 4, 3)), **at)
        if used[6]:
            writer.add_images(names[6], noise.random((2, 3, 4, 5)), **at)


def run_name(rng: random.Random) -> str:
    """A path, without what no file system takes."""
    parts = [words(rng).replace("/", "_") for _ in range(rng.choice([1, 1, 2, 3]))]
    parts[0] = rng.choice(["", "", "", ".", " "]) + parts[0]
    return "/".join(part[:100] for part in parts)


def write_logdir(folder: Path, seed: int, number: int) -> None:
    """The log directory of that number, which depends on nothing else but the seed."""
    rng = random.Random(f"{seed}/{number}")
    runs = {run_name(rng) for _ in range(rng.randint(1, MAX_RUNS))}
    if rng.random() < 0.2:
        runs.add(".")
    for run in sorted(runs):
        (folder / run).mkdir(parents=True, exist_ok=True)
        write = write_tensorboardx if rng.random() < 0.2 else write_protobuf
        write(folder / run, rng)


if __name__ == "__main__":
    write_logdir(Path(sys.argv[3]), int(sys.argv[1]), int(sys.argv[2]))
