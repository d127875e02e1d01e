"""What clients rely on around the routes: prefixes, experiments, feature flags, encodings. Both
servers are started with the same flags and asked the same."""

import gzip
import http.client
import json
import shutil
import urllib.parse
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from sites import FIXTURES, Json, Site, stepscope, tensorboard

PREFIX = "/team/board"
TITLE = "Größe & <b>co</b>"
FOLDERS = ["torch-scalars", "tf-images-audio", "tf-scalars-text"]


class Pair(NamedTuple):
    ours: Site
    theirs: Site


class Reply(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    logs = tmp_path_factory.mktemp("logs")
    for folder in FOLDERS:
        shutil.copytree(FIXTURES / folder, logs / folder)
    flags = ["--path_prefix", PREFIX + "/", "--window_title", TITLE]
    with stepscope(logs, *flags) as ours, tensorboard(logs, *flags) as theirs:
        yield Pair(ours, theirs)


def ask(site: Site, target: str, method: str = "GET", **headers: str) -> Reply:
    """As it is, redirects not followed."""
    host = urllib.parse.urlsplit(site.url).netloc
    connection = http.client.HTTPConnection(host, timeout=60)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, target, headers=named)
    response = connection.getresponse()
    reply = Reply(response.status, response.headers, response.read())
    connection.close()
    return reply


def both(pair: Pair, target: str, method: str = "GET", **headers: str) -> tuple[Reply, Reply]:
    return ask(pair.ours, target, method, **headers), ask(pair.theirs, target, method, **headers)


def said(reply: Reply) -> Json:
    """What the answer says: blanks in JSON do not count."""
    is_json = reply.headers.get_content_type() == "application/json"
    return json.loads(reply.body) if is_json else reply.body


def assert_same(ours: Reply, theirs: Reply, *names: str) -> None:
    assert ours.status == theirs.status
    for name in names:
        assert ours.headers[name] == theirs.headers[name], name
    if theirs.status == 200 and theirs.body:
        assert said(ours) == said(theirs)


def test_what_it_says_of_itself(pair: Pair) -> None:
    assert_same(*both(pair, f"{PREFIX}/data/logdir"))
    assert_same(*both(pair, f"{PREFIX}/data/window_properties"))
    mine, real = (site.get("/data/environment") for site in (pair.ours, pair.theirs))
    assert mine["window_title"] == real["window_title"] == TITLE
    assert mine["data_location"] == real["data_location"]


PATHS = [
    "/",
    "/data/runs",
    "/team",
    "/team/boards/data/runs",
    PREFIX,
    f"{PREFIX}/data/runs/",
    f"{PREFIX}/data/nothing",
    f"{PREFIX}/data/plugin/scalars/tags/",
    f"{PREFIX}/data/plugin/nothing/tags",
    f"{PREFIX}/experiment/foo",
    f"{PREFIX}/experiment/foo/data/runs",
    f"{PREFIX}/experiment/a%20b%2B/data/runs",
    f"{PREFIX}/experiment//data/runs",
    f"{PREFIX}/experiment/a%2Fb/",
    f"{PREFIX}/experiment/a%2Fb/data/runs",
    f"{PREFIX}/experiment/a%252Fb/data/runs",
    f"{PREFIX}/experiment/a/experiment/b/data/runs",
    f"{PREFIX}/compare/a:b/data/runs",
    "/experiment/foo/data/runs",
    f"{PREFIX}/data/experiments",
    f"{PREFIX}/data/experiment_runs",
]


@pytest.mark.parametrize("path", PATHS)
def test_paths(pair: Pair, path: str) -> None:
    assert_same(*both(pair, path), "Location", "Content-Type" if "data/runs" in path else "Allow")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_the_method_does_not_matter(pair: Pair, method: str) -> None:
    assert_same(*both(pair, f"{PREFIX}/data/runs", method), "Content-Type")


def test_head(pair: Pair) -> None:
    ours, theirs = both(pair, f"{PREFIX}/data/runs", "HEAD")
    assert_same(ours, theirs, "Content-Type")
    assert ours.body == b""
    assert ours.headers["Content-Length"] == str(len(ask(pair.ours, f"{PREFIX}/data/runs").body))


FLAGS = ["{}", '{"enableThis": true}', "[]", "null", "1", "{", "", '{"a": {"b": [1, 2.5, "c"]}}']


@pytest.mark.parametrize("flags", FLAGS)
def test_feature_flags(pair: Pair, flags: str) -> None:
    target = f"{PREFIX}/data/runs"
    assert_same(*both(pair, target, X_TensorBoard_Feature_Flags=flags), "Content-Type")
    query = urllib.parse.urlencode({"tensorBoardFeatureFlags": flags})
    assert_same(*both(pair, f"{target}?{query}"), "Content-Type")


ENCODINGS = [
    "gzip",
    "x-gzip",
    "*",
    "br, gzip",
    "gzip;q=0",
    "gzip;q=0.5",
    "gzip; q=1, br",
    "*;q=0.1",
    "identity",
    "deflate",
    "",
]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_encodings(pair: Pair, encoding: str) -> None:
    query = urllib.parse.urlencode({"run": "tf-images-audio", "tag": "batch", "sample": "0"})
    images = ask(pair.theirs, f"{PREFIX}/data/plugin/images/images?{query}").body.decode()
    picture = images.split('"query": "')[1].split('"')[0]
    for route in ("runs", "plugin/scalars/tags", f"plugin/images/individualImage?{picture}"):
        ours, theirs = both(pair, f"{PREFIX}/data/{route}", Accept_Encoding=encoding)
        packed = [reply.headers["Content-Encoding"] == "gzip" for reply in (ours, theirs)]
        # Theirs packs a handful of bytes too, which makes them more.
        assert packed[0] == packed[1] or (packed == [False, True] and len(ours.body) < 1000)
        plain = [
            reply._replace(body=gzip.decompress(reply.body)) if is_packed else reply
            for reply, is_packed in zip((ours, theirs), packed, strict=True)
        ]
        assert_same(*plain, "Content-Type")


HEADERS = ["Content-Type", "X-Content-Type-Options", "Cache-Control", "Expires"]


@pytest.mark.parametrize("route", ["runs", "plugins_listing", "plugin/scalars/tags"])
def test_headers(pair: Pair, route: str) -> None:
    ours, theirs = both(pair, f"{PREFIX}/data/{route}")
    for name in HEADERS:
        assert ours.headers[name] == theirs.headers[name], name
