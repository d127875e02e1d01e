"""Form and lint, side by side on all cores; clang-tidy remembers what it has passed."""

import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from counts import Counts
from machine import BUILD, CORES, ROOT, npm_packages, run, tracked, venv, web_tool

import build

CLANG_FORMAT = "clang-format-19"
CLANG_TIDY = "clang-tidy-19"

# A check returns what is wrong, or "" when nothing is.
Check = Callable[[], str]


def cpp(*paths: str) -> list[Path]:
    return [file for file in tracked(*paths) if file.suffix in (".cc", ".h")]


def python(*paths: str) -> list[Path]:
    return [file for file in tracked(*paths) if file.suffix == ".py"]


def command(*words: str | Path) -> Check:
    """A check that is a command: it complains by its exit code."""

    def check() -> str:
        result = subprocess.run(
            [str(word) for word in words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return "" if result.returncode == 0 else result.stdout or f"exit code {result.returncode}"

    return check


def formatting(pattern: str, *words: str | Path) -> Check:
    """A check by a formatter, which tells only the names of the files that it would change."""
    check = command(*words)

    def files() -> str:
        complaint = check()
        complaint = complaint.replace(f"{ROOT}/", "")
        names = sorted(set(re.findall(pattern, complaint, re.MULTILINE)))
        return f"./dev fmt would change {' '.join(names)}" if names else complaint

    return files


def project_checks() -> dict[str, Check]:
    """What takes a second and needs nothing installed: part of the fast suite too."""
    return {
        "check_rooms": command(sys.executable, "tools/check_rooms.py"),
        "tidy": command(sys.executable, "tools/tidy.py"),
        "tools' own tests": command(
            sys.executable, "-m", "unittest", "discover", "-s", "tools", "-p", "*_test.py"
        ),
    }


def form_checks() -> dict[str, Check]:
    ruff = venv("lint") / "ruff"
    return {
        "clang-format": formatting(
            r"^([^\s:]+):\d+:\d+: error: code should", CLANG_FORMAT, "-n", "--Werror", *cpp()
        ),
        "prettier": formatting(r"^\[warn\] (\S+\.\w+)$", *prettier("--check", ".")),
        "ruff format": formatting(r"^--- (\S+)", ruff, "format", "--quiet", "--diff", *python()),
        "ruff": command(ruff, "check", "--quiet", *python()),
    }


def web_checks() -> dict[str, Check]:
    eslint = ["--cache", "--cache-location", BUILD / "cache/eslint/", "--max-warnings", "0", "."]
    svelte = ["--tsconfig", "tsconfig.json", "--fail-on-warnings", "--output", "human"]
    return {
        "eslint": command(*web_tool("eslint/bin/eslint.js", *eslint)),
        "svelte-check": command(*web_tool("svelte-check/bin/svelte-check", *svelte)),
        "tsc tests/e2e": command(*web_tool("typescript/bin/tsc", "--project", "tests/e2e")),
    }


def prettier(mode: str, *paths: str) -> list[str]:
    cache = ["--cache", "--cache-location", BUILD / "cache/prettier"]
    options = ["--log-level", "warn", "--ignore-unknown", *cache]
    return web_tool("prettier/bin/prettier.cjs", mode, *options, *paths)


@cache
def includes_of(file: Path) -> frozenset[Path]:
    """Our own files that `file` includes, through any number of others; with itself."""
    found, todo = {file}, [file]
    while todo:
        for name in re.findall(r'^#include "([^"]+)"', todo.pop().read_text(), re.MULTILINE):
            for header in (ROOT / "src" / name, ROOT / name):
                if header.is_file() and header not in found:
                    found.add(header)
                    todo.append(header)
    return frozenset(found)


def tidy_checks() -> dict[str, Check]:
    """clang-tidy for each translation unit that is no test and has changed since it passed."""
    build.configure("dev")
    database = json.loads((BUILD / "dev/compile_commands.json").read_text())
    version = subprocess.run([CLANG_TIDY, "--version"], capture_output=True, text=True).stdout
    config = version + (ROOT / ".clang-tidy").read_text()
    ours = set(cpp())
    checks = {}
    for entry in database:
        file = Path(entry["file"])
        if file not in ours or file.name.endswith(("_test.cc", "_bench.cc")):
            continue
        # Beast takes clang-tidy a minute, to say nothing about our lines.
        if "<boost/beast" in file.read_text():
            continue
        text = config + entry["command"] + "".join(p.read_text() for p in sorted(includes_of(file)))
        passed = BUILD / "cache/clang-tidy" / hashlib.sha256(text.encode()).hexdigest()
        if not passed.exists():
            checks[f"clang-tidy {file.relative_to(ROOT)}"] = tidy_check(file, passed)
    return checks


def tidy_check(file: Path, passed: Path) -> Check:
    def check() -> str:
        arguments = [CLANG_TIDY, "-p", str(BUILD / "dev"), "--quiet", str(file)]
        result = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True)
        if result.returncode:
            said = result.stdout or result.stderr
            return said or f"exit code {result.returncode} from: {shlex.join(arguments)}"
        passed.parent.mkdir(parents=True, exist_ok=True)
        passed.touch()
        return ""

    return check


def run_checks(checks: dict[str, Check]) -> Counts:
    """Runs them on all cores and shows what is wrong."""
    counts = Counts()

    def timed(check: Check) -> tuple[str, float]:
        start = time.monotonic()
        return check(), time.monotonic() - start

    with concurrent.futures.ThreadPoolExecutor(CORES) as pool:
        running = {pool.submit(timed, check): name for name, check in checks.items()}
        for done in concurrent.futures.as_completed(running):
            complaint, seconds = done.result()
            print(f"{'FAIL' if complaint else 'ok':4} {running[done]} ({seconds:.1f} s)")
            counts += Counts.of(running[done], passed=not complaint)
            if complaint:
                print(complaint.replace(f"{ROOT}{os.sep}", "").rstrip() + "\n")
            sys.stdout.flush()
    return counts


def lint() -> Counts:
    npm_packages()
    # The long ones first, so that no core waits at the end.
    return run_checks(web_checks() | tidy_checks() | form_checks() | project_checks())


def quick() -> Counts:
    return run_checks(project_checks())


def fmt(*paths: str) -> None:
    ruff = venv("lint") / "ruff"
    if files := cpp(*paths):
        run(CLANG_FORMAT, "-i", *files)
    if files := python(*paths):
        run(ruff, "format", "--quiet", *files)
        run(ruff, "check", "--quiet", "--fix", *files)
    run(*prettier("--write", *(paths or ["."])))
