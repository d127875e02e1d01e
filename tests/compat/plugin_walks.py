"""What a walk asks a server about everything that it has: one function a plugin, which makes of the
answers what a fixture's expected.json says of the plugin.
"""

import hashlib
import json
import struct
from collections.abc import Callable

import hparams_questions
from sites import Answer, Json
from walk import Walk


def listed(tags: Json) -> list[tuple[str, str]]:
    """Run and tag of all that a /tags answer lists."""
    if "__http_status__" in tags:
        return []
    return [(run, tag) for run, names in tags.items() for tag in names]


def with_series(tags: Json, series_of: Callable[[str, str], Json]) -> Json:
    series: dict[str, dict[str, Json]] = {}
    for run, tag in listed(tags):
        series.setdefault(run, {})[tag] = series_of(run, tag)
    return {"tags": tags, "series": series}


def scalars(walk: Walk) -> Json:
    tags = walk.get("tags")
    runs = [("runs", run) for run in sorted(tags)]
    for tag in sorted({tag for _, tag in listed(tags)}):
        walk.post("scalars_multirun", [("tag", tag), *runs])

    def series_of(run: str, tag: str) -> Json:
        walk.ask("scalars", run=run, tag=tag, format="csv")
        return walk.get("scalars", run=run, tag=tag)

    return with_series(tags, series_of)


def histograms(walk: Walk) -> Json:
    return with_series(walk.get("tags"), lambda run, tag: walk.get("histograms", run=run, tag=tag))


def distributions(walk: Walk) -> Json:
    described = with_series(
        walk.get("tags"), lambda run, tag: walk.get("distributions", run=run, tag=tag)
    )
    return {"series": described["series"]}


def text(walk: Walk) -> Json:
    def series_of(run: str, tag: str) -> Json:
        walk.ask("text", run=run, tag=tag, markdown="false")
        return walk.get("text", run=run, tag=tag)

    return with_series(walk.get("tags"), series_of)


def pr_curves(walk: Walk) -> Json:
    def series_of(run: str, tag: str) -> Json:
        answer = walk.get("pr_curves", run=run, tag=tag)
        return answer.get(run, answer)

    return with_series(walk.get("tags"), series_of)


def blob(answer: Answer) -> Json:
    return {
        "bytes": len(answer.body),
        "content_type": answer.content_type,
        "http_status": answer.status,
        "sha256": hashlib.sha256(answer.body).hexdigest(),
    }


def blobs(walk: Walk, listing: str, single: str) -> Json:
    """Of a plugin whose steps have several pictures or sounds, each behind a key."""
    tags = walk.get("tags")

    def sample_of(run: str, tag: str, sample: int) -> Json:
        entries = walk.get(listing, run=run, tag=tag, sample=str(sample))
        if not isinstance(entries, list):
            return entries
        described = []
        for entry in entries:
            query = dict(part.split("=", 1) for part in entry.pop("query").split("&"))
            if "content_type" in query:
                query["content_type"] = query["content_type"].replace("%2F", "/")
            described.append({**entry, "blob": blob(walk.ask(single, **query))})
        return described

    def series_of(run: str, tag: str) -> Json:
        count = tags[run][tag]["samples"]
        return {f"sample {i}": sample_of(run, tag, i) for i in range(max(count or 0, 0))}

    return with_series(tags, series_of)


def images(walk: Walk) -> Json:
    return blobs(walk, "images", "individualImage")


def audio(walk: Walk) -> Json:
    return blobs(walk, "audio", "individualAudio")


# A part of a mesh by its number: its name, and how its numbers are packed.
MESH_PARTS = {1: ("VERTEX", "f"), 2: ("FACE", "i"), 3: ("COLOR", "B")}
FIRST_NUMBERS = 12  # So many of a mesh stand in expected.json.


def mesh(walk: Walk) -> Json:
    tags = walk.get("tags")

    def data_of(run: str, tag: str, entry: Json, sample: int) -> Json:
        name, code = MESH_PARTS[entry["content_type"]]
        answer = walk.ask(
            "data",
            run=run,
            tag=tag,
            content_type=name,
            step=str(entry["step"]),
            sample=str(sample),
        )
        count = min(FIRST_NUMBERS, len(answer.body) // struct.calcsize(code))
        first = struct.unpack_from(f"<{count}{code}", answer.body)
        return {"bytes": len(answer.body), "first": list(first), "http_status": answer.status}

    def series_of(run: str, tag: str) -> Json:
        entries = walk.get("meshes", run=run, tag=tag)
        if not isinstance(entries, list):
            return entries
        for entry in entries:
            if entry["content_type"] not in MESH_PARTS:
                continue
            samples = tags[run][tag]["samples"]
            data = [data_of(run, tag, dict(entry), i) for i in range(samples)]
            entry["data_sample0"] = data[0]
        return entries

    return with_series(tags, series_of)


# What the graph dashboard's page would ask for, of nodes with weights inside.
LIMIT_ATTRIBUTES = {"limit_attr_size": "1024", "large_attrs_key": "_too_large_attrs"}
FIRST_CHARACTERS = 200  # So many of a RunMetadata's text stand in expected.json.


def graph_text(answer: Answer) -> Json:
    from google.protobuf import text_format
    from tensorboard.compat.proto.graph_pb2 import GraphDef

    if answer.status != 200:
        return {"http_status": answer.status}
    graph = text_format.Parse(answer.body, GraphDef())
    nodes = [
        {
            "attr_keys": sorted(node.attr),
            "device": node.device,
            "input": list(node.input),
            "name": node.name,
            "op": node.op,
        }
        for node in graph.node
    ]
    return {
        "bytes": len(answer.body),
        "content_type": answer.headers["Content-Type"],
        "graph": {
            "node_count": len(nodes),
            "nodes": nodes,
            "producer": graph.versions.producer,
        },
        "http_status": answer.status,
    }


def run_metadata_text(answer: Answer) -> Json:
    if answer.status != 200:
        return {"http_status": answer.status}
    return {
        "bytes": len(answer.body),
        "content_type": answer.headers["Content-Type"],
        "head": answer.body.decode()[:FIRST_CHARACTERS],
        "http_status": answer.status,
    }


def graphs(walk: Walk) -> Json:
    info = walk.get("info")
    described: dict[str, dict[str, Json]] = {}
    for run, entry in info.items():
        graphs_of_run = described.setdefault(run, {})
        if entry["run_graph"]:
            walk.ask("graph", run=run)
            walk.ask("graph", run=run, limit_attr_size="4", large_attrs_key="big ones")
            answer = walk.ask("graph", run=run, **LIMIT_ATTRIBUTES)
            graphs_of_run["run_graph"] = graph_text(answer)
        for tag, has in entry["tags"].items():
            # All questions about all tags: what they have not is an answer, too.
            conceptual = walk.ask("graph", run=run, tag=tag, conceptual="true", **LIMIT_ATTRIBUTES)
            operations = walk.ask("graph", run=run, tag=tag, **LIMIT_ATTRIBUTES)
            walk.ask("graph", run=run, tag=tag, conceptual="false")
            profile = walk.ask("run_metadata", run=run, tag=tag)
            if has["conceptual_graph"]:
                graphs_of_run[f"conceptual:{tag}"] = graph_text(conceptual)
            if has["op_graph"]:
                graphs_of_run[f"op:{tag}"] = graph_text(operations)
            if has["profile"]:
                graphs_of_run[f"profile:{tag}"] = run_metadata_text(profile)
    return {"graphs": described, "info": info}


def custom_scalars(walk: Walk) -> Json:
    layout = walk.get("layout")
    patterns = [".*", "l", "^(lo|ac)", "(loss/a)|(loss/b)", "a$", "[", "(?=x)x|(", ""]
    for category in layout.get("category", []):
        for chart in category["chart"][:1]:  # Others, TensorBoard may have forgotten.
            margins = chart.get("margin", {}).get("series", [])
            names = [name for margin in margins for name in margin.values()]
            names += chart.get("multiline", {}).get("tag", [])
            patterns.append("|".join(f"({name})" for name in names))
    for run in walk.site.get("/data/runs"):
        for pattern in patterns:
            walk.ask("scalars", run=run, tag=pattern)
    for run, tag in listed(walk.site.get("/data/plugin/scalars/tags")):
        for shape in ("json", "csv"):
            walk.ask("download_data", run=run, tag=tag, format=shape)
    return {"layout": layout}


def timeseries(walk: Walk) -> Json:
    tags = walk.get("tags")
    requests: list[Json] = []
    for plugin in ("scalars", "histograms"):
        for run, names in tags[plugin]["runTagInfo"].items():
            requests += [{"plugin": plugin, "tag": tag, "run": run} for tag in names]
    requests += [{"plugin": "scalars", "tag": tag} for tag in {one["tag"] for one in requests}]
    for tag, runs in tags["images"]["tagRunSampledInfo"].items():
        for run, info in runs.items():
            for sample in range(info["maxSamplesPerStep"] + 1):
                one = {"plugin": "images", "tag": tag, "run": run, "sample": sample}
                requests.append(one)
    requests.sort(key=json.dumps)
    for one in requests:
        run = {"run": one["run"]} if "run" in one else {}
        walk.get("timeSeries", **run, tag=one["tag"], requests=json.dumps([one]))
    together = [one for one in requests if one["plugin"] == "images"]
    for answer in walk.post("timeSeries", [("requests", json.dumps(together))]).json():
        for entries in answer["runToSeries"].values():
            for entry in entries:
                walk.ask("imageData", imageId=entry["imageId"])
    return {"tags": tags}


def hparams(walk: Walk) -> Json:
    experiment = walk.post_json("experiment", '{"experimentName": ""}').json()
    everything = json.dumps(hparams_questions.ALL)
    groups = walk.post_json("session_groups", everything).json()
    for one in hparams_questions.EXPERIMENT_QUESTIONS:
        walk.post_json("experiment", json.dumps(one))
    some_questions = hparams_questions.group_questions(experiment)
    for one in some_questions if groups["sessionGroups"] else []:
        question = {**hparams_questions.ALL, **one}
        walk.post_json("session_groups", json.dumps(question, sort_keys=True))
    for text_ in hparams_questions.bad_group_texts():
        walk.post_json("session_groups", text_)
    for group in groups["sessionGroups"]:
        for session in group["sessions"]:
            for one in hparams_questions.evals_questions(session["name"], experiment):
                walk.ask("metric_evals", request=json.dumps(one, sort_keys=True))
    for shape in hparams_questions.FORMATS:
        for visible in hparams_questions.VISIBILITIES:
            query = {"format": shape, "columnsVisibility": visible, "request": everything}
            walk.ask("download_data", **query)
    return {"experiment": experiment, "session_groups": groups}


FIRST_COORDINATES = 6  # So many of a tensor stand in expected.json.
FEW_ROWS = "2"


def asset(answer: Answer) -> Json:
    return {
        "bytes": len(answer.body),
        "http_status": answer.status,
        "text": answer.body.decode(),
    }


def projector(walk: Walk) -> Json:
    runs = walk.get("runs")

    def tensor_of(run: str, embedding: Json) -> Json:
        query = {"run": run, "name": embedding.get("tensorName", "")}
        answer = walk.ask("tensor", **query)
        if answer.status == 200:
            count = min(FIRST_COORDINATES, len(answer.body) // 4)
            first = list(struct.unpack_from(f"<{count}f", answer.body))
        else:
            first = answer.body.decode()
        parts = {
            "tensor": {"bytes": len(answer.body), "first": first, "http_status": answer.status}
        }
        # Also what it has not, which is an answer.
        answers = {name: walk.ask(name, **query) for name in ("metadata", "bookmarks")}
        sprite = walk.ask("sprite_image", **query)
        for route in ("tensor", "metadata"):
            walk.ask(route, **query, num_rows=FEW_ROWS)
        for name, answer in answers.items():
            if f"{name}Path" in embedding:
                parts[name] = asset(answer)
        if "sprite" in embedding:
            parts["sprite"] = blob(sprite)
        return parts

    def config_of(run: str) -> Json:
        info = walk.get("info", run=run)
        info.pop("modelCheckpointPath", None)  # Where the log directory lay.
        tensors = {
            embedding.get("tensorName", ""): tensor_of(run, embedding)
            for embedding in info["embeddings"]
        }
        return {"info": info, "tensors": tensors}

    return {"configs": {run: config_of(run) for run in runs}, "runs": runs}


def debugger_v2(walk: Walk) -> Json:
    return {"runs": walk.get("runs")}


# The plugins of this build. A new one adds its function here, and its questions to
# bad_questions.py.
WALKS: dict[str, Callable[[Walk], Json]] = {
    "timeseries": timeseries,
    "scalars": scalars,
    "custom_scalars": custom_scalars,
    "images": images,
    "audio": audio,
    "debugger-v2": debugger_v2,
    "graphs": graphs,
    "distributions": distributions,
    "histograms": histograms,
    "text": text,
    "pr_curves": pr_curves,
    "hparams": hparams,
    "mesh": mesh,
    "projector": projector,
}


# Of which no expected.json says anything: only the real TensorBoard does.
NOT_IN_FIXTURES = {"debugger-v2"}
