"""`./dev bench`: the tasks of bench/, one by one or all of them with a table of what they said."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import suites
from machine import BUILD, ROOT, node, say, venv

import build

RESULTS = BUILD / "bench/results"
TABLE = BUILD / "bench/table.md"
# In the order of the table; flags that make a run of all tasks worth reading and short enough.
ALL = {
    "first_load": ("--full", "--rounds", "3"),
    "many_runs": ("--rounds", "3"),
    "warm_start": (),
    "memory": (),
    "window_query": (),
    "many_tags": (),
    "live_latency": (),
    "compat": ("--max_seconds", "3", "--min_ratio", "2"),
    "idle": (),
    "idle_page": (),
    "page": ("--visits", "3", "--searches", "10"),
}


def tasks() -> dict[str, Path]:
    """bench/NAME/NAME.py, or .js where a browser takes part."""
    scripts = [file for file in ROOT.glob("bench/*/*.[pj]*") if file.suffix in (".py", ".js")]
    found = {file.stem: file for file in scripts if file.stem == file.parent.name}
    order = list(ALL)
    return dict(sorted(found.items(), key=lambda item: (item[0] not in order, item[0])))


def call(script: Path, *arguments: str | Path) -> int:
    interpreter = [str(venv("test") / "python")] if script.suffix == ".py" else node()
    environment = os.environ | suites.binary() | {"PYTHONPATH": str(ROOT / "bench/common")}
    return subprocess.run([*interpreter, script, *arguments], env=environment).returncode


def write_table(names: list[str]) -> None:
    lines = ["| task | what | ours | rival | ratio |", "| --- | --- | ---: | ---: | ---: |"]
    for name in names:
        report = RESULTS / f"{name}.json"
        if report.exists():
            for row in json.loads(report.read_text())["rows"]:
                cells = [f"`{name}`", row["what"], row["ours"], row["rival"], row["ratio"]]
                lines.append(f"| {' | '.join(cells)} |")
        else:
            lines.append(f"| `{name}` | failed | | | |")
    TABLE.write_text("\n".join(lines) + "\n")


def bench(*arguments: str) -> None:
    scripts = tasks()
    name, *more = arguments or ("",)
    if name and name not in scripts:
        say(f"usage: ./dev bench [TASK [FLAGS]]; tasks: {', '.join(scripts)}")
        sys.exit(2)
    build.release(*build.AROUND, "benches")
    if name:
        sys.exit(call(scripts[name], *more))

    RESULTS.mkdir(parents=True, exist_ok=True)
    failed = []
    for task in ALL:
        say(f"\n{task}")
        report = RESULTS / f"{task}.json"
        report.unlink(missing_ok=True)
        start = time.monotonic()
        if call(scripts[task], *ALL[task], "--json", report):
            failed.append(task)
        say(f"{time.monotonic() - start:.0f} s")
    write_table(list(ALL))
    print(f"\n{TABLE.read_text()}\n{TABLE.relative_to(ROOT)} has this table")
    if failed:
        say(f"failed: {', '.join(failed)}")
        sys.exit(1)
