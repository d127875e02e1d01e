"""Asks a site for everything that TensorBoard's routes tell: runs, tags, steps, blobs, by name."""

import hashlib
import json
import math
import urllib.parse
from collections.abc import Iterator

from sites import Answer, Json, Site

PLUGIN = "/data/plugin/"
SAMPLES_ASKED = 3  # Of images at a step; no fixture has more.

Walk = Iterator[tuple[str, Json]]


def said(answer: Answer) -> Json:
    """What an answer says, so that two of them compare."""
    if answer.status != 200:
        return {"status": answer.status}
    if answer.content_type == "application/json":
        return json.loads(answer.body)
    return {"type": answer.content_type, "sha256": hashlib.sha256(answer.body).hexdigest()}


def pairs(tags: Json) -> Iterator[tuple[str, str]]:
    for run in sorted(tags):
        for tag in sorted(tags[run]):
            yield run, tag


def ask(site: Site, route: str, **query: str) -> tuple[str, Json]:
    name = f"{route}?{urllib.parse.urlencode(query)}" if query else route
    return name, said(site.ask(PLUGIN + route, **query))


def post_json(site: Site, route: str, question: Json) -> tuple[str, Json]:
    answer = site.ask(PLUGIN + route, data=json.dumps(question).encode(), method="POST")
    return f"{route} {json.dumps(question)}", said(answer)


def series(site: Site, plugin: str, route: str, **query: str) -> Walk:
    """/tags, and the route for each run and tag."""
    tags = ask(site, f"{plugin}/tags")
    yield tags
    if "status" in tags[1]:
        return
    for run, tag in pairs(tags[1]):
        yield ask(site, f"{plugin}/{route}", run=run, tag=tag, **query)


def scalars(site: Site) -> Walk:
    yield from series(site, "scalars", "scalars")
    _, tags = ask(site, "scalars/tags")
    for run, tag in pairs({} if "status" in tags else tags):
        fields = [("tag", tag), ("runs", run)]
        answer = site.post_form(PLUGIN + "scalars/scalars_multirun", fields)
        yield f"scalars/scalars_multirun {run} {tag}", said(answer)


def custom_scalars(site: Site) -> Walk:
    yield ask(site, "custom_scalars/layout")
    for run in site.get("/data/runs"):
        yield ask(site, "custom_scalars/scalars", run=run, tag=".*o")


def blobs(site: Site, plugin: str, route: str, single: str) -> Walk:
    """A listing of blobs, whose keys mean something to their own server only, and the blobs."""
    name, tags = ask(site, f"{plugin}/tags")
    yield name, tags
    for run, tag in pairs({} if "status" in tags else tags):
        for sample in range(min(tags[run][tag]["samples"], SAMPLES_ASKED)):
            name, entries = ask(site, f"{plugin}/{route}", run=run, tag=tag, sample=str(sample))
            queries = [entry.pop("query") for entry in entries] if "status" not in entries else []
            yield name, entries
            for number, query in enumerate(queries):
                answer = site.ask(f"{PLUGIN}{plugin}/{single}?{query}")
                yield f"{name} #{number}", said(answer)


def text(site: Site) -> Walk:
    name, tags = ask(site, "text/tags")
    yield name, {run: sorted(names) for run, names in tags.items()}
    for run, tag in pairs(tags):
        yield ask(site, "text/text", run=run, tag=tag)


def mesh(site: Site) -> Walk:
    name, tags = ask(site, "mesh/tags")
    yield name, tags
    for run, tag in pairs(tags):
        for sample in range(tags[run][tag]["samples"]):
            name, meshes = ask(site, "mesh/meshes", run=run, tag=tag, sample=str(sample))
            # Upstream lists a mesh's parts in the order of their tags in the file or by hash.
            meshes.sort(key=lambda part: (part["step"], part["content_type"]))
            yield name, meshes
            for part in meshes:
                step, content_type = part["step"], part["content_type"]
                kind = {1: "VERTEX", 2: "FACE", 3: "COLOR"}[content_type]
                yield ask(
                    site,
                    "mesh/data",
                    run=run,
                    tag=tag,
                    sample=str(sample),
                    step=str(step),
                    content_type=kind,
                )


def graphs(site: Site) -> Walk:
    name, info = ask(site, "graphs/info")
    yield name, info
    for run, about in sorted({} if "status" in info else info.items()):
        if about["run_graph"]:
            yield ask(site, "graphs/graph", run=run, conceptual="false")
        for tag, has in sorted(about["tags"].items()):
            if has["op_graph"]:
                yield ask(site, "graphs/graph", run=run, tag=tag, conceptual="false")
            if has["conceptual_graph"]:
                yield ask(site, "graphs/graph", run=run, tag=tag, conceptual="true")
            if has["profile"]:
                yield ask(site, "graphs/run_metadata", run=run, tag=tag)


def hparams(site: Site) -> Walk:
    name, experiment = post_json(site, "hparams/experiment", {"experimentName": ""})
    yield name, experiment
    question = {
        "experimentName": "",
        "allowedStatuses": [
            "STATUS_UNKNOWN",
            "STATUS_SUCCESS",
            "STATUS_FAILURE",
            "STATUS_RUNNING",
        ],
        "colParams": [{"metric": info["name"]} for info in experiment.get("metricInfos", [])],
        "startIndex": 0,
        "sliceSize": 10000,
    }
    yield post_json(site, "hparams/session_groups", question)


def timeseries(site: Site) -> Walk:
    name, tags = ask(site, "timeseries/tags")
    yield name, tags
    if "status" in tags:
        return
    questions = [{"plugin": "scalars", "tag": tag} for tag in all_tags(tags["scalars"])]
    for run, names in sorted(tags["histograms"]["runTagInfo"].items()):
        questions += [{"plugin": "histograms", "tag": tag, "run": run} for tag in names]
    for tag, runs in sorted(tags["images"]["tagRunSampledInfo"].items()):
        questions += [{"plugin": "images", "tag": tag, "run": run, "sample": 0} for run in runs]
    for question in questions:
        answer = site.post_form(
            PLUGIN + "timeseries/timeSeries", [("requests", json.dumps([question]))]
        )
        series = said(answer)
        for entry in [] if "status" in series else series:
            for points in entry.get("runToSeries", {}).values():
                for point in points:
                    point.pop("imageId", None)
        yield f"timeseries/timeSeries {json.dumps(question)}", series


def all_tags(plugin: Json) -> list[str]:
    return sorted({tag for tags in plugin["runTagInfo"].values() for tag in tags})


def listing(site: Site) -> Walk:
    yield "runs", site.get("/data/runs")
    entries = site.get("/data/plugins_listing")
    for name, entry in entries.items():
        yield f"plugins_listing {name}", entry


def everything(site: Site) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for walk in (
        listing(site),
        scalars(site),
        custom_scalars(site),
        blobs(site, "images", "images", "individualImage"),
        blobs(site, "audio", "audio", "individualAudio"),
        series(site, "histograms", "histograms"),
        series(site, "distributions", "distributions"),
        text(site),
        series(site, "pr_curves", "pr_curves"),
        mesh(site),
        graphs(site),
        hparams(site),
        timeseries(site),
    ):
        found.update(walk)
    return found


def differences(one: Json, other: Json, tolerance: float, path: str = "") -> Iterator[str]:
    """Paths at which two answers differ; numbers may by that part of themselves."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(set(one) | set(other)):
            if key not in one or key not in other:
                yield f"{path}/{key}: only in {'one' if key in one else 'the other'}"
            else:
                yield from differences(one[key], other[key], tolerance, f"{path}/{key}")
    elif isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            yield f"{path}: {len(one)} and {len(other)} of them"
            return
        for index, (first, second) in enumerate(zip(one, other, strict=True)):
            yield from differences(first, second, tolerance, f"{path}/{index}")
    elif is_number(one) and is_number(other):
        if not math.isclose(one, other, rel_tol=tolerance, abs_tol=tolerance * 1e-30):
            yield f"{path}: {one} and {other}"
    elif type(one) is not type(other) or one != other:
        yield f"{path}: {one!r:.200} and {other!r:.200}"


def is_number(value: Json) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
