"""Questions that cannot be answered: TensorBoard's 500 must be our 400 or 404."""

import base64
import json

import hparams_questions
from plugin_walks import WALKS


def key(*parts: str | int) -> str:
    """A blob's key, as TensorBoard's Python loader makes it."""
    text_ = json.dumps(parts, separators=(",", ":"))
    return base64.urlsafe_b64encode(text_.encode()).decode().rstrip("=")


NAMES = [{"run": "r"}, {"tag": "t"}, {}, {"run": "no such run", "tag": "no such tag"}]
NAMES += [{"run": "it's", "tag": 'a "tag"\n'}, {"run": "", "tag": ""}]
KEYS = ["", "!", "AAAA", key(""), key("", "images", "no such run", "t", 0, 0)]
KEYS += [key("", "images", "torch-images", "no such tag", 0, 2), key(*"abcdef")]

# Plugins without a route of their own name that answers with a series.
NO_SERIES = {
    "graphs",
    "mesh",
    "timeseries",
    "custom_scalars",
    "hparams",
    "projector",
    "debugger-v2",
}
REQUESTS = ["", "x", "{}", "5", '"a"', '""', "null", "[]", "[1]", "[null]", '[{"tag": 5}]']
REQUESTS += [
    json.dumps([request])
    for request in (
        {},
        {"plugin": "x", "tag": "t"},
        {"plugin": None, "tag": "t", "run": 5, "sample": "s"},
        {"plugin": "scalars", "tag": "no such tag"},
        {"plugin": "scalars", "tag": "loss", "run": "no such run", "sample": 7},
        {"plugin": "scalars", "tag": "loss", "run": "", "sample": True},
        {"plugin": "scalars", "tag": "loss", "run": None},
        {"plugin": "scalars", "tag": "loss", "run": 5},
        {"plugin": "histograms", "tag": "t"},
        {"plugin": "histograms", "tag": "t", "run": "r"},
        {"plugin": "images", "tag": "t", "run": "r"},
        {"plugin": "images", "tag": "t", "run": "r", "sample": "0"},
        {"plugin": "images", "tag": "t", "run": "r", "sample": 0},
        {"plugin": "images", "tag": "t", "run": 3, "sample": 0},
    )
]

# (plugin, route, query).
BAD_QUESTIONS: list[tuple[str, str, dict[str, str]]] = [
    *[(plugin, plugin, names) for plugin in WALKS if plugin not in NO_SERIES for names in NAMES],
    *[("scalars", "scalars", {**names, "format": "csv"}) for names in NAMES],
    *[
        (plugin, plugin, {"run": "r", "tag": "t", "sample": sample})
        for plugin in ("images", "audio")
        for sample in ("x", "1.5", "-1", "")
    ],
    ("timeseries", "timeSeries", {}),
    *[("timeseries", "timeSeries", {"requests": text_}) for text_ in REQUESTS],
    ("timeseries", "imageData", {}),
    *[("timeseries", "imageData", {"imageId": text_}) for text_ in KEYS],
    *[
        ("custom_scalars", route, names)
        for route in ("scalars", "download_data")
        for names in NAMES
    ],
    ("custom_scalars", "scalars", {"run": "no such run", "tag": ".*"}),
    ("custom_scalars", "scalars", {"run": "no such run", "tag": "["}),
    ("images", "individualImage", {}),
    *[("images", "individualImage", {"blob_key": text_}) for text_ in KEYS],
    ("audio", "individualAudio", {}),
    ("audio", "individualAudio", {"blob_key": key("", "audio", "r", "t", 0, 0)}),
    ("audio", "individualAudio", {"content_type": "audio/wav"}),
    ("audio", "individualAudio", {"content_type": "text/html", "blob_key": "x"}),
    *[
        ("audio", "individualAudio", {"content_type": "audio/wav", "blob_key": text_})
        for text_ in KEYS
    ],
    *[("hparams", route, {}) for route in ("experiment", "session_groups", "metric_evals")],
    *[
        ("hparams", route, {"request": text_})
        for route in ("experiment", "session_groups")
        for text_ in hparams_questions.BAD_TEXTS
    ],
    *[
        ("hparams", "metric_evals", {"request": json.dumps(one)})
        for one in hparams_questions.BAD_EVALS
    ],
    *[
        ("hparams", "download_data", query)
        for query in (
            {},
            {"format": "csv"},
            {"format": "csv", "request": "{}"},
            {"columnsVisibility": "[]", "request": "{}"},
            {"format": "xml", "columnsVisibility": "[]", "request": "{}"},
            {"format": "csv", "columnsVisibility": "[]"},
            {"format": "csv", "columnsVisibility": "[]", "request": "x"},
            *[
                {"format": "csv", "columnsVisibility": text_, "request": "{}"}
                for text_ in hparams_questions.BAD_VISIBILITIES
            ],
        )
    ],
    *[("mesh", "meshes", names) for names in NAMES],
    *[("mesh", "data", {**names, "content_type": "VERTEX"}) for names in NAMES],
    *[
        ("mesh", "data", {"run": "tb-mesh/m", "tag": "full", **query})
        for query in (
            {},
            {"content_type": "x"},
            {"content_type": "UNDEFINED"},
            {"content_type": "VERTEX", "step": "x"},
            {"content_type": "VERTEX", "step": "99"},
            {"content_type": "VERTEX", "sample": "x"},
            {"content_type": "VERTEX", "sample": "99"},
        )
    ],
    *[("graphs", route, names) for route in ("graph", "run_metadata") for names in NAMES],
    *[("graphs", "graph", {**names, "conceptual": "true"}) for names in NAMES],
    *[
        ("graphs", "graph", {"run": "torch-graph", **query})
        for query in (
            {"limit_attr_size": "x"},
            {"limit_attr_size": ""},
            {"limit_attr_size": "1.5"},
            {"limit_attr_size": "1024"},
            {"limit_attr_size": "0", "large_attrs_key": "k"},
            {"limit_attr_size": "-1", "large_attrs_key": "k"},
            {"large_attrs_key": "k"},
            {"conceptual": "true"},
            {"tag": ""},
            {"tag": "step1"},
        )
    ],
    *[
        ("projector", route, query)
        for route in ("info", "tensor", "metadata", "bookmarks", "sprite_image")
        for query in (
            {},
            {"run": ""},
            {"run": "r"},
            {"name": "x"},
            {"run": "", "name": ""},
            {"run": "no such run", "name": "x"},
            {"run": "it's", "name": 'a "tensor"\n'},
            {"run": "torch-embedding", "name": "no such tensor"},
            {"run": "torch-embedding", "name": ""},
            {"run": "torch-embedding", "name": "first:00001", "num_rows": "0"},
            {"run": "torch-embedding", "name": "first:00001", "num_rows": "-1"},
            {"run": "torch-embedding", "name": "first:00001", "num_rows": "x"},
            {"run": "torch-embedding", "name": "first:00001", "num_rows": "1.5"},
            {"run": "torch-embedding", "name": "first:00001", "num_rows": ""},
            {"run": "torch-embedding", "name": "first:00001", "num_rows": "100000"},
        )
    ],
    *[
        ("debugger-v2", route, query)
        for route in (
            "alerts",
            "execution/digests",
            "execution/data",
            "graph_execution/digests",
            "graph_execution/data",
            "graphs/graph_info",
            "graphs/op_info",
            "source_files/list",
            "source_files/file",
            "stack_frames/stack_frames",
        )
        for query in (
            {},
            {"begin": "0", "end": "0"},
            {"run": "no such run"},
            {"run": "no such run", "begin": "x", "index": "x"},
            {"run": "no such run", "index": "0", "stack_frame_ids": "a,b", "graph_id": "g"},
            {"run": "no such run", "stack_frame_ids": ""},
        )
    ],
]
