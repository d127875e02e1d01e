"""Are the answers the same? Checked before any time is taken."""

import json
from collections.abc import Iterator

import grpc
import numpy as np
from servers import DataServer, Stepscope
from tensorboard.data.proto import data_provider_pb2, data_provider_pb2_grpc

COLUMNS_TYPE = "application/vnd.stepscope.columns"
DTYPES = {"f64": "<f8", "f32": "<f4", "i64": "<i8", "u64": "<u8", "u32": "<u4", "u8": "u1"}
MAX_MESSAGE_BYTES = 1 << 30
SERIES_A_REQUEST = 100  # With every point of each: a few megabytes.

Table = dict[str, np.ndarray]  # Columns step, wall_time and value.
Series = tuple[str, str]  # Run and tag.


def kept_by_data_server(
    server: DataServer, points: int, max_runs: int
) -> Iterator[tuple[Series, Table]]:
    """Every scalar series of so many runs, with at most `points` of the points kept of it."""
    limit = [("grpc.max_receive_message_length", MAX_MESSAGE_BYTES)]
    with grpc.insecure_channel(server.address, options=limit) as channel:
        stub = data_provider_pb2_grpc.TensorBoardDataProviderStub(channel)
        runs = stub.ListRuns(data_provider_pb2.ListRunsRequest(experiment_id="x")).runs
        for run in runs[:max_runs]:
            request = data_provider_pb2.ReadScalarsRequest(experiment_id="x")
            request.plugin_filter.plugin_name = "scalars"
            request.run_tag_filter.runs.names.append(run.name)
            request.downsample.num_points = points
            for answer in stub.ReadScalars(request).runs:
                for tag in answer.tags:
                    columns = {
                        "step": np.array(tag.data.step, "<i8"),
                        "wall_time": np.array(tag.data.wall_time, "<f8"),
                        "value": np.array(tag.data.value, "<f8"),
                    }
                    yield (answer.run_name, tag.tag_name), columns


def read_columns(data: bytes) -> list[dict]:
    """docs/format/columns.md: the tables, with a numpy view for each column."""
    assert data[:8] == b"SSCOLS1\n"
    header_bytes = int.from_bytes(data[8:12], "little")
    header = json.loads(data[16 : 16 + header_bytes])
    for table in header["tables"]:
        for column in table["columns"]:
            offset = 16 + header_bytes + column["offset"]
            dtype = DTYPES[column["type"]]
            table[column["name"]] = np.frombuffer(data, dtype, column["length"], offset)
    return header["tables"]


def kept_by_ours(server: Stepscope, series: list[Series]) -> Iterator[tuple[Series, Table]]:
    for start in range(0, len(series), SERIES_A_REQUEST):
        wanted = series[start : start + SERIES_A_REQUEST]
        body = json.dumps({"series": wanted, "pixels": 0, "attempts": "all"})
        answer = server.ask("POST", "/api/scalars/series", body, COLUMNS_TYPE)
        for table in read_columns(answer):
            yield (table["run"], table["tag"]), table


def check(
    ours: Stepscope, theirs: DataServer, runs: int, tags: int, steps: int, max_runs: int = 1000
) -> str:
    """Ends the program unless we hold every point written and all that the data server kept (of the
    first `max_runs` runs)."""
    points = ours.environment["points"]
    assert points == runs * tags * steps, f"ours has {points} points, not {runs * tags * steps}"
    rival = dict(kept_by_data_server(theirs, steps, max_runs))
    expected = min(runs, max_runs) * tags
    assert len(rival) == expected, f"the data server has {len(rival)} series, not {expected}"

    kept = 0
    for name, table in kept_by_ours(ours, list(rival)):
        other = rival.pop(name)
        assert np.array_equal(table["step"], np.arange(steps)), f"{name}: our steps are wrong"
        for column in ("wall_time", "value"):
            same = np.array_equal(table[column][other["step"]], other[column])
            assert same, f"{name}: {column} is not the data server's"
        kept += len(other["step"])
    assert not rival, f"ours lacks {len(rival)} series"
    return f"ours holds all {points:,} points; the data server keeps {kept:,}, all equal to ours"
