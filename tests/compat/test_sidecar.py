"""Python plugins: the user's own TensorBoard beside us, its dashboards behind our address."""

import email.message
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from sites import FIXTURES, ROOT, Json, Site, running, stepscope, wait_for

# A dynamic plugin as other people write them.
PLUGIN = """
import json
import os
import time

from tensorboard.plugins import base_plugin
from werkzeug import wrappers


class GreetPlugin(base_plugin.TBPlugin):
    plugin_name = "greet"

    def __init__(self, context):
        self._provider = context.data_provider

    def is_active(self):
        return True

    def frontend_metadata(self):
        return base_plugin.FrontendMetadata(es_module_path="/index.js", tab_name="Greetings")

    def get_plugin_apps(self):
        return {
            "/index.js": self.index,
            "/runs": self.runs,
            "/slow": self.slow,
            "/echo": self.echo,
            "/die": lambda environ, start_response: os._exit(3),
        }

    @wrappers.Request.application
    def index(self, request):
        script = "export function render() { document.body.textContent = 'Hello from Python'; }"
        return wrappers.Response(script, content_type="application/javascript")

    @wrappers.Request.application
    def runs(self, request):
        runs = self._provider.list_runs(None, experiment_id="")
        scalars = self._provider.list_scalars(None, experiment_id="", plugin_name="scalars")
        body = {"runs": sorted(r.run_name for r in runs), "with scalars": sorted(scalars)}
        return wrappers.Response(json.dumps(body), content_type="application/json")

    @wrappers.Request.application
    def slow(self, request):
        def pieces():
            for number in range(3):
                yield f"{number}\\n"
                time.sleep(1)
        return wrappers.Response(pieces(), content_type="text/plain")

    @wrappers.Request.application
    def echo(self, request):
        body = {
            "method": request.method,
            "path": request.script_root + request.path,
            "query": request.args.to_dict(flat=False),
            "headers": {name.lower(): value for name, value in request.headers.items()},
            "body": request.get_data(as_text=True),
        }
        response = wrappers.Response(json.dumps(body), 207, content_type="application/json")
        response.headers["X-Greet"] = "yes"
        response.headers.add("Set-Cookie", "greeting=hello")
        response.headers.add("Set-Cookie", "stepscope-6006=stolen")
        return response
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What pip would have put into site-packages."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "greet_plugin.py").write_text(PLUGIN)
    info = folder / "greet-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: greet\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[tensorboard_plugins]\ngreet = greet_plugin:GreetPlugin\n"
    )
    return folder


@pytest.fixture(scope="module")
def python(package: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(package))
        yield


class Fetched(NamedTuple):
    status: int
    headers: email.message.Message
    body: bytes


def fetch(url: str, **headers: str) -> Fetched:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as response:
            return Fetched(response.status, response.headers, response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Fetched(error.code, error.headers, error.read())


def policies(site: Site, path: str) -> list[str]:
    return fetch(site.url + path).headers.get_all("Content-Security-Policy")


def plugins(site: Site) -> Json:
    return site.get("/api/plugins/python")


def when_running(site: Site) -> Json:
    state = wait_for(lambda: plugins(site), lambda state: state["state"] == "running", 90)
    assert state["state"] == "running", state
    return state


@pytest.fixture(scope="module")
def site(python: None) -> Iterator[Site]:
    flags = ["--tensorboard_plugins", "--python", sys.executable]
    with stepscope(FIXTURES / "torch-scalars", *flags) as site:
        when_running(site)
        yield site


def test_its_plugins_are_listed(site: Site) -> None:
    listed = {plugin["name"]: plugin for plugin in plugins(site)["plugins"]}
    assert listed["greet"] == {"name": "greet", "label": "Greetings", "enabled": True}
    entry = site.get("/data/plugins_listing")["greet"]
    assert entry["tab_name"] == "Greetings"
    assert entry["loading_mechanism"] == {
        "type": "IFRAME",
        "module_path": "/data/plugin/greet/index.js",
    }


def test_its_front_end_comes_with_its_own_policy(site: Site) -> None:
    entry = site.ask("/data/plugin_entry.html", name="greet")
    assert entry.status == 200
    assert entry.content_type == "text/html"
    assert b'<base href="plugin/greet/" />' in entry.body
    own, ours = policies(site, "/data/plugin_entry.html?name=greet")
    assert "sha256-" in own
    assert ours == "frame-ancestors 'self'"
    module = site.ask("/data/plugin/greet/index.js")
    assert b"Hello from Python" in module.body


def test_our_page_keeps_its_policy(site: Site) -> None:
    (policy,) = policies(site, "/")
    assert "script-src 'self';" in policy
    assert "unsafe-eval" not in policy


def test_it_reads_through_our_engine(site: Site) -> None:
    told = site.get("/data/plugin/greet/runs")
    assert told["runs"] == sorted(site.get("/data/runs"))
    assert set(told["with scalars"]) <= set(told["runs"])
    assert told["with scalars"]


def test_requests_and_answers_are_passed_on_whole(site: Site) -> None:
    answer = site.ask(
        "/experiment/x/data/plugin/greet/echo?a=1&a=%2B%20", data=b"b" * 100_000, method="POST"
    )
    assert answer.status == 207
    told = json.loads(answer.body)
    assert told["method"] == "POST"
    assert told["path"] == "/experiment/x/data/plugin/greet/echo"
    assert told["query"] == {"a": ["1", "+ "]}
    assert told["body"] == "b" * 100_000
    assert told["headers"]["host"] == site.url.removeprefix("http://")
    assert answer.headers["X-Greet"] == "yes"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Set-Cookie"] == "greeting=hello"


def test_an_answer_comes_as_it_is_made(site: Site) -> None:
    start = time.monotonic()
    with urllib.request.urlopen(site.url + "/data/plugin/greet/slow") as response:
        first = response.readline()
        first_after = time.monotonic() - start
        rest = response.read()
    assert first == b"0\n"
    assert rest == b"1\n2\n"
    assert time.monotonic() - start > first_after + 1.5


def test_other_sites_are_kept_out(site: Site) -> None:
    for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
        assert fetch(site.url + "/data/plugin/greet/runs", **headers).status == 403


def test_what_is_ours_stays_ours(site: Site) -> None:
    assert site.get("/data/plugin/scalars/tags")
    assert site.ask("/data/plugin/greeting/runs").status == 404
    assert site.ask("/data/plugin_entry.html", name="scalars").status == 400


def test_it_is_started_again_when_it_dies(site: Site) -> None:
    assert site.ask("/data/plugin/greet/die").status == 503
    state = wait_for(lambda: plugins(site), lambda state: state["state"] != "running", 20)
    assert "ended" in state["message"] or "again" in state["message"]
    assert [plugin["name"] for plugin in state["plugins"]].count("greet") == 1
    assert site.ask("/data/plugin/greet/runs").status == 503
    assert site.get("/data/plugin/scalars/tags")  # Ours goes on.
    when_running(site)
    assert site.get("/data/plugin/greet/runs")["runs"]


def test_a_token_is_asked_for_here_too_and_never_passed_on(python: None) -> None:
    binary = os.environ.get("STEPSCOPE_BINARY", ROOT / "build/release/stepscope")
    flags = ["--port=0", "--host=0.0.0.0", "--index_dir=none", "--python", sys.executable]
    command = [binary, FIXTURES / "torch-scalars", "--tensorboard_plugins", *flags]
    with running(command, r"Stepscope \S+ at (http://\S+)") as site:
        url = site.url.replace("0.0.0.0", "127.0.0.1")
        token = re.search(r"Authorization: (Bearer \S+)", site.printed)[1]
        echo = url + "/data/plugin/greet/echo"
        assert fetch(echo).status == 401
        assert fetch(url + "/api/plugins/python").status == 401
        told = wait_for(
            lambda: fetch(echo, Authorization=token), lambda told: told.status == 207, 90
        )
        assert told.status == 207
        assert "authorization" not in json.loads(told.body)["headers"]


def test_below_a_path_prefix(python: None) -> None:
    flags = ["--tensorboard_plugins", "--python", sys.executable, "--path_prefix", "/a/b"]
    with stepscope(FIXTURES / "torch-scalars", *flags) as site:
        when_running(site)
        entry = site.get("/data/plugins_listing")["greet"]["loading_mechanism"]
        assert entry["module_path"] == "/a/b/data/plugin/greet/index.js"
        assert site.get("/data/plugin/greet/runs")["runs"]


def test_a_python_without_tensorboard_is_a_message(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S "$@"\n')
    python.chmod(0o700)
    flags = ["--tensorboard_plugins", "--python", str(python)]
    with stepscope(FIXTURES / "torch-scalars", *flags) as site:
        state = wait_for(lambda: plugins(site), lambda state: state["state"] == "failed", 30)
        assert "No module named" in state["message"]
        assert state["plugins"] == []
        assert site.get("/data/plugin/scalars/tags")


def children(process: int) -> list[str]:
    listed = subprocess.run(["ps", "-o", "args=", "--ppid", str(process)], capture_output=True)
    return listed.stdout.decode().splitlines()


def test_nothing_of_it_runs_unless_asked_for(python: None) -> None:
    with stepscope(FIXTURES / "torch-scalars") as site:
        assert plugins(site) == {"state": "off", "message": "", "plugins": []}
        assert children(site.process) == []


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_us(python: None, end: signal.Signals) -> None:
    flags = ["--tensorboard_plugins", "--python", sys.executable]
    with stepscope(FIXTURES / "torch-scalars", *flags) as site:
        when_running(site)
        pids = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(site.process)], capture_output=True
        )
        (child,) = pids.stdout.split()
        os.kill(site.process, end)
        assert wait_for(lambda: not Path(f"/proc/{int(child)}").exists(), bool, 10)
