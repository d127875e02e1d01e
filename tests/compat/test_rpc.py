"""Our gRPC data provider, asked by a client that is made of TensorBoard's own stubs."""

import base64
import concurrent.futures
import hashlib
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import numpy as np
import pytest
from sites import FIXTURES, stepscope
from tensorboard.compat.proto.summary_pb2 import SummaryMetadata
from tensorboard.data.proto import data_provider_pb2 as pb
from tensorboard.data.proto import data_provider_pb2_grpc as pb_grpc
from tensorboard.util import tensor_util
from tensorboardX import SummaryWriter

TIMEOUT_S = 20
BIG_IMAGE_SIDE = 1300  # As noise, some pieces of a streamed blob.
Stub = pb_grpc.TensorBoardDataProviderStub


def write_logdir(folder: Path) -> None:
    noise = np.random.default_rng(0)
    for run in ("a", "b"):
        with SummaryWriter(str(folder / run)) as writer:
            for step in range(1000):
                writer.add_scalar("loss", 99 if step == 503 else 1 / (step + 1), step, step)
            writer.add_scalar("acc/top1", 0.5, 7)
            for step in range(20):
                writer.add_text("notes", f"step *{step}*", step)
                writer.add_histogram("weights", noise.normal(size=100), step)
                writer.add_image("noise", noise.integers(0, 255, (3, 8, 8), np.uint8), step)
    with SummaryWriter(str(folder / "big")) as writer:
        side = BIG_IMAGE_SIDE
        writer.add_image("noise", noise.integers(0, 255, (3, side, side), np.uint8), 1)


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("logs")
    write_logdir(folder)
    return folder


@pytest.fixture(scope="module")
def port(logdir: Path) -> Iterator[int]:
    with stepscope(logdir, "--grpc_port=0") as site:
        yield int(re.search(r"gRPC data provider at localhost:(\d+)", site.printed)[1])


@pytest.fixture(scope="module")
def stub(port: int) -> Iterator[Stub]:
    options = [("grpc.max_receive_message_length", 256 << 20)]
    with grpc.insecure_channel(f"localhost:{port}", options=options) as channel:
        yield Stub(channel)


def about(request, plugin: str, runs: list[str] | None = None, tags: list[str] | None = None):
    """Sets the filters; an empty list is a filter that is there and lets nothing through."""
    request.plugin_filter.plugin_name = plugin
    if runs is not None:
        request.run_tag_filter.runs.names[:] = runs
        request.run_tag_filter.runs.SetInParent()
    if tags is not None:
        request.run_tag_filter.tags.names[:] = tags
        request.run_tag_filter.tags.SetInParent()
    return request


def reading(request, plugin: str, points: int, **filters):
    request.downsample.num_points = points
    return about(request, plugin, **filters)


def names(response) -> set[tuple[str, str]]:
    return {(run.run_name, tag.tag_name) for run in response.runs for tag in run.tags}


def only(response):
    """The data of the one series of a response."""
    ((tag,),) = [run.tags for run in response.runs]
    return tag.data


def refusal(call, request) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.RpcError) as caught:
        answer = call(request, timeout=TIMEOUT_S)
        list(answer)  # A stream fails when it is read.
    return caught.value.code(), caught.value.details()


def read_blob(stub: Stub, key: str) -> list[bytes]:
    return [part.data for part in stub.ReadBlob(pb.ReadBlobRequest(blob_key=key))]


def images(stub: Stub, run: str, points: int = 1) -> pb.BlobSequenceData:
    request = reading(pb.ReadBlobSequencesRequest(experiment_id="x"), "images", points, runs=[run])
    return only(stub.ReadBlobSequences(request))


def blob_key(*parts: str | int) -> str:
    text = json.dumps(parts, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_plugins_and_runs(stub: Stub) -> None:
    plugins = stub.ListPlugins(pb.ListPluginsRequest()).plugins
    assert [plugin.name for plugin in plugins] == ["histograms", "images", "scalars", "text"]
    runs = stub.ListRuns(pb.ListRunsRequest()).runs
    assert [run.name for run in runs] == ["a", "b", "big"]
    assert [run.start_time for run in runs] == sorted(run.start_time for run in runs)


def test_the_probe_at_the_start_is_answered(stub: Stub, logdir: Path) -> None:
    experiment = stub.GetExperiment(pb.GetExperimentRequest(), timeout=5)
    assert experiment.data_location == str(logdir)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, {("a", "loss"), ("a", "acc/top1"), ("b", "loss"), ("b", "acc/top1")}),
        ({"runs": ["a"]}, {("a", "loss"), ("a", "acc/top1")}),
        ({"tags": ["loss"]}, {("a", "loss"), ("b", "loss")}),
        ({"runs": ["b", "no such"], "tags": ["loss"]}, {("b", "loss")}),
        ({"runs": []}, set()),
        ({"tags": []}, set()),
        ({"runs": ["a"], "tags": []}, set()),
    ],
)
def test_filters_that_are_empty_let_nothing_through(stub: Stub, filters, expected) -> None:
    assert names(stub.ListScalars(about(pb.ListScalarsRequest(), "scalars", **filters))) == expected
    request = reading(pb.ReadScalarsRequest(), "scalars", 10, **filters)
    assert names(stub.ReadScalars(request)) == expected


def test_a_series_belongs_to_one_plugin_and_one_class(stub: Stub) -> None:
    assert names(stub.ListTensors(about(pb.ListTensorsRequest(), "scalars"))) == set()
    assert names(stub.ListScalars(about(pb.ListScalarsRequest(), "text"))) == set()
    listed = names(stub.ListTensors(about(pb.ListTensorsRequest(), "text")))
    assert listed == {(run, "notes/text_summary") for run in "ab"}


def test_lists_say_how_far_a_series_has_come(stub: Stub) -> None:
    request = about(pb.ListScalarsRequest(), "scalars", runs=["a"], tags=["loss"])
    ((tag,),) = [run.tags for run in stub.ListScalars(request).runs]
    assert tag.metadata.max_step == 999
    assert tag.metadata.max_wall_time == 999
    summary: SummaryMetadata = tag.metadata.summary_metadata
    assert summary.plugin_data.plugin_name == "scalars"
    assert summary.display_name == "loss"
    assert summary.data_class == 1

    request = about(pb.ListBlobSequencesRequest(), "images", runs=["a"])
    ((tag,),) = [run.tags for run in stub.ListBlobSequences(request).runs]
    assert tag.metadata.max_step == 19
    assert tag.metadata.max_length == 3  # Width, height, one picture.


def test_downsampling_keeps_the_newest_and_the_extremes(stub: Stub) -> None:
    def read(points: int) -> pb.ScalarData:
        request = reading(pb.ReadScalarsRequest(), "scalars", points, runs=["a"], tags=["loss"])
        return only(stub.ReadScalars(request))

    assert list(read(0).step) == []
    assert list(read(1).step) == [999]
    assert list(read(1000).step) == list(range(1000))
    few = read(20)
    assert len(few.step) <= 20
    assert (503, 99) in list(zip(few.step, few.value, strict=True))
    assert few.step[-1] == 999
    assert list(few.wall_time) == list(few.step)


def test_tensors_come_as_they_were_logged(stub: Stub) -> None:
    def read(plugin: str, points: int) -> pb.TensorData:
        return only(stub.ReadTensors(reading(pb.ReadTensorsRequest(), plugin, points, runs=["b"])))

    notes = read("text", 20)
    assert list(notes.step) == list(range(20))
    assert tensor_util.make_ndarray(notes.value[3]).item() == b"step *3*"
    assert list(read("text", 1).step) == [19]
    assert list(read("text", 0).step) == []
    few = read("histograms", 5)
    assert len(few.step) == 5
    assert few.step[-1] == 19
    assert tensor_util.make_ndarray(few.value[0])[:, 2].sum() == 100


def test_blobs_are_read_by_their_keys(stub: Stub) -> None:
    data = images(stub, "a", 100)
    assert list(data.step) == list(range(20))
    width, height, picture = (ref.blob_key for ref in data.values[4].blob_refs)
    assert read_blob(stub, width) == [b"8"]
    assert read_blob(stub, height) == [b"8"]
    assert b"".join(read_blob(stub, picture)).startswith(b"\x89PNG")


def test_a_large_blob_is_streamed_in_pieces(stub: Stub, port: int) -> None:
    key = images(stub, "big").values[0].blob_refs[2].blob_key
    parts = read_blob(stub, key)
    assert len(parts) > 3
    assert len({hashlib.sha256(part).digest() for part in parts}) == len(parts)
    assert b"".join(parts).endswith(b"IEND\xaeB`\x82")
    # Also to a client that takes no larger message than gRPC's default.
    with grpc.insecure_channel(f"localhost:{port}") as channel:
        assert read_blob(Stub(channel), key) == parts


@pytest.mark.parametrize(
    ("key", "code", "text"),
    [
        ("!!", "INVALID_ARGUMENT", "failed to parse blob key"),
        ("", "INVALID_ARGUMENT", "failed to parse blob key"),
        (blob_key("", "images", "a", "noise", 1), "INVALID_ARGUMENT", "failed to parse blob key"),
        (blob_key("", "images", "x", "noise", 1, 2), "NOT_FOUND", 'no such run: "x"'),
        (blob_key("", "", "a", "t", 1, 2), "NOT_FOUND", 'run "a" has no such tag: "t"'),
        (
            blob_key("", "images", "a", "noise", 999, 2),
            "NOT_FOUND",
            'run "a", tag "noise" has no step 999; may have been evicted',
        ),
        (
            blob_key("", "images", "a", "noise", 1, 99),
            "NOT_FOUND",
            'run "a", tag "noise" has no index 99 (length: 3)',
        ),
    ],
)
def test_bad_keys_are_refused_with_a_reason(stub: Stub, key: str, code: str, text: str) -> None:
    assert refusal(stub.ReadBlob, pb.ReadBlobRequest(blob_key=key)) == (
        grpc.StatusCode[code],
        text,
    )


def test_bad_requests_are_refused_with_upstreams_words(stub: Stub) -> None:
    bad = grpc.StatusCode.INVALID_ARGUMENT
    no_plugin = "must specify non-empty plugin name"
    for call, make in (
        (stub.ReadScalars, pb.ReadScalarsRequest),
        (stub.ReadTensors, pb.ReadTensorsRequest),
        (stub.ReadBlobSequences, pb.ReadBlobSequencesRequest),
    ):
        assert refusal(call, make()) == (bad, no_plugin)
        assert refusal(call, about(make(), "scalars")) == (bad, "must specify downsample")
        assert refusal(call, reading(make(), "scalars", -1)) == (
            bad,
            "num_points must be non-negative; got -1",
        )
    assert refusal(stub.ListScalars, pb.ListScalarsRequest()) == (bad, no_plugin)


def test_what_is_no_request_is_refused(port: int) -> None:
    with grpc.insecure_channel(f"localhost:{port}") as channel:
        call = channel.unary_unary("/tensorboard.data.TensorBoardDataProvider/ReadScalars")
        with pytest.raises(grpc.RpcError):
            call(b"\xff\xff\xff", timeout=TIMEOUT_S)
        missing = channel.unary_unary("/tensorboard.data.TensorBoardDataProvider/NoSuchMethod")
        with pytest.raises(grpc.RpcError) as caught:
            missing(b"", timeout=TIMEOUT_S)
        assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_a_client_that_goes_away_stops_nobody(stub: Stub) -> None:
    key = images(stub, "big").values[0].blob_refs[2].blob_key
    for _ in range(20):
        stream = stub.ReadBlob(pb.ReadBlobRequest(blob_key=key))
        next(stream)
        stream.cancel()
    future = stub.ReadScalars.future(reading(pb.ReadScalarsRequest(), "scalars", 1000))
    future.cancel()
    start = time.monotonic()
    assert len(stub.ListRuns(pb.ListRunsRequest(), timeout=TIMEOUT_S).runs) == 3
    assert time.monotonic() - start < 5


def test_many_clients_at_once(port: int) -> None:
    def ask(_: int) -> int:
        with grpc.insecure_channel(f"localhost:{port}") as channel:
            request = reading(pb.ReadScalarsRequest(), "scalars", 1000, tags=["loss"])
            response = Stub(channel).ReadScalars(request, timeout=TIMEOUT_S)
            return sum(len(tag.data.step) for run in response.runs for tag in run.tags)

    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        assert set(pool.map(ask, range(100))) == {2000}


def test_the_samples_flag_bounds_what_is_read() -> None:
    with stepscope(
        FIXTURES / "torch-scalars", "--grpc_port=0", "--samples_per_plugin=scalars=2"
    ) as site:
        port = re.search(r"gRPC data provider at localhost:(\d+)", site.printed)[1]
        with grpc.insecure_channel(f"localhost:{port}") as channel:
            response = Stub(channel).ReadScalars(reading(pb.ReadScalarsRequest(), "scalars", 1000))
    counts = {len(tag.data.step) for run in response.runs for tag in run.tags}
    assert max(counts) == 2
