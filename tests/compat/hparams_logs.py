"""Log directories with hyperparameters, written with TensorBoard's own messages."""

import random
import string
from collections.abc import Mapping
from pathlib import Path

from sites import Json
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

START_S = 1_700_000_000.0

NAMES = ["lr", "optimizer", "use bn", "é", "a.b", "x_y%", 'q"\\\n', "", "layers", "drop/out"]
TEXTS = ["adam", "sgd", "", "é", "x_y%", 'q"\\\n', "a,b", "1.0", "true", "\u2028", "\x00"]
TAGS = ["loss", "acc", "a/b c", "é", "loss+%,", "x_y"]
GROUPS = ["", "eval", "eval/deep", ".", "x y"]


def write_events(directory: Path, values: list[tuple[int, Summary.Value]]) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "events.out.tfevents.1700000000.host").open("wb") as file:
        writer = RecordWriter(file)
        writer.write(Event(wall_time=START_S, file_version="brain.Event:2").SerializeToString())
        for number, (step, value) in enumerate(values):
            event = Event(wall_time=START_S + number / 4, step=step, summary=Summary(value=[value]))
            writer.write(event.SerializeToString())


def plugin_value(tag: str, **data: Json) -> tuple[int, Summary.Value]:
    content = plugin_data_pb2.HParamsPluginData(**data)
    about = metadata.create_summary_metadata(content)
    return 0, Summary.Value(tag=tag, metadata=about, tensor=metadata.NULL_TENSOR)


def start(hparams: Mapping[str, Json], **fields: Json) -> tuple[int, Summary.Value]:
    info = plugin_data_pb2.SessionStartInfo(**fields)
    for name, value in hparams.items():
        if isinstance(value, bool):
            info.hparams[name].bool_value = value
        elif isinstance(value, str):
            info.hparams[name].string_value = value
        elif isinstance(value, (int, float)):
            info.hparams[name].number_value = value
    return plugin_value(metadata.SESSION_START_INFO_TAG, session_start_info=info)


def end(status: int, seconds: float) -> tuple[int, Summary.Value]:
    info = plugin_data_pb2.SessionEndInfo(status=status, end_time_secs=seconds)
    return plugin_value(metadata.SESSION_END_INFO_TAG, session_end_info=info)


def scalar(tag: str, step: int, value: float) -> tuple[int, Summary.Value]:
    return step, Summary.Value(tag=tag, simple_value=value)


def random_value(rng: random.Random) -> Json:
    kind = rng.randrange(8)
    if kind == 0:
        return rng.choice([float("inf"), -float("inf"), 1e300, -0.0, 1e-7, 123456789])
    if kind == 1:
        return rng.random() < 0.5
    if kind < 5:
        return rng.choice([0.1, 0.01, 1.0, 2.0, 64.0, -3.5])
    return rng.choice(TEXTS)


class Parameters:
    """What a directory's sessions are given: a parameter has values of one kind, or of several."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._choices = {}
        for name in rng.sample(NAMES, rng.randint(1, 6)):
            values = [random_value(rng) for _ in range(4)]
            if rng.random() < 0.7:
                values = [value for value in values if type(value) is type(values[0])]
            self._choices[name] = values

    def some(self) -> Mapping[str, Json]:
        names = [name for name in self._choices if self._rng.random() < 0.8]
        return {name: self._rng.choice(self._choices[name]) for name in names}

    def experiment(self) -> tuple[int, Summary.Value]:
        made = api_pb2.Experiment(name="made", user="é", description="**b**", time_created_secs=1.5)
        for name, values in self._choices.items():
            if self._rng.random() < 0.2:
                continue
            info = made.hparam_infos.add(name=name, differs=self._rng.random() < 0.5)
            info.display_name = self._rng.choice(["", "Shown_%s"])
            info.type = self._rng.randrange(4)
            if self._rng.random() < 0.3:
                info.domain_interval.min_value = -1
                info.domain_interval.max_value = float("inf")
            elif all(isinstance(value, str) for value in values):
                info.domain_discrete.extend(values)
        for tag in TAGS[:3]:
            group = self._rng.choice(GROUPS)
            info = made.metric_infos.add(name=api_pb2.MetricName(group=group, tag=tag))
            info.display_name = self._rng.choice(["", "Shown"])
            info.dataset_type = self._rng.randrange(3)
        return plugin_value(metadata.EXPERIMENT_TAG, experiment=made)


def metric_values(rng: random.Random) -> list[tuple[int, Summary.Value]]:
    found = []
    for tag in rng.sample(TAGS, rng.randint(0, 4)):
        steps = rng.sample(range(1000), rng.randint(1, 4))
        found += [scalar(tag, step, rng.uniform(-2, 2)) for step in steps]
    return found


def write_random(logdir: Path, seed: int) -> None:
    """Sessions, alone and in groups, whose sessions have the same parameters."""
    rng = random.Random(seed)
    parameters = Parameters(rng)
    if rng.random() < 0.5:
        write_events(logdir, [parameters.experiment()])
    shared = {f"group {name}": parameters.some() for name in string.ascii_letters[:3]}
    for number in range(rng.randint(1, 12)):
        run = logdir / rng.choice(["s", "deep/s", "é "]) / str(number)
        group = rng.choice(["", *shared])
        hparams = shared[group] if group else parameters.some()
        fields = {"group_name": group, "start_time_secs": START_S + number}
        if not group:
            fields |= {"monitor_url": "http://m/%s", "model_uri": "é"}
        values = [start(hparams, **fields), *metric_values(rng)]
        if rng.random() < 0.7:
            values.append(end(rng.randrange(4), START_S + 0.1 * number))
        write_events(run, values)
        for name in rng.sample(["eval", "x y"], rng.randint(0, 2)):
            write_events(run / name, metric_values(rng))
