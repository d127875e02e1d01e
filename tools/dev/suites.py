"""The suites of `./dev test`: each says how many of its tests passed and how many failed."""

import json
import os
import platform
import shutil
import subprocess
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import lint
from counts import Counts
from machine import BUILD, CORES, ROOT, Failure, say, venv, web_tool

import build

FUZZ_SECONDS = 20

# Test programs of what starts threads: of any other one the thread sanitizer has nothing to say.
THREADED = [
    "app_test",
    "base_test",
    "demo_test",
    "index_test",
    "ingest_test",
    "logger_test",
    "rpc_test",
    "server_test",
    "store_test",
]

Suite = Callable[[], Counts]


def report(name: str) -> Path:
    """A fresh place for the machine-readable report of one run."""
    path = BUILD / "reports" / name
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def call(command: list[str | Path], env: dict[str, str] | None = None) -> int:
    words = [str(word) for word in command]
    return subprocess.run(words, cwd=ROOT, env=os.environ | (env or {})).returncode


def settled(counts: Counts, returncode: int) -> Counts:
    """A run that failed without naming a test, or that ran none, has failed all the same."""
    if (returncode or not counts.passed) and not counts.failed:
        return counts + Counts(failed=1)
    return counts


def ctest(
    preset: str, *arguments: str, suite: str = "", env: dict[str, str] | None = None
) -> Counts:
    """Runs built tests. A GoogleTest program counts with all its tests, another one as one."""
    junit = report(f"{suite or preset}.xml")
    each = report(f"{suite or preset}-programs")
    command = ["ctest", "--test-dir", BUILD / preset, "--parallel", str(CORES)]
    command += ["--output-on-failure", "--no-tests=error", "--output-junit", junit, *arguments]
    environment = (env or {}) | {"GTEST_OUTPUT": f"json:{each}/", "GTEST_BRIEF": "1"}
    returncode = call(without_aslr(command) if preset == "tsan" else command, environment)
    if not junit.exists():
        return Counts(failed=1)

    counts = Counts()
    for case in ElementTree.parse(junit).getroot().iter("testcase"):
        name = case.get("name", "")
        program_failed = case.get("status") != "run"
        program = each / f"{name}.json"
        if program.exists():
            told = json.loads(program.read_text())
            wrong = told["failures"] + told.get("errors", 0)
            # What passed each test but failed as a program, say by a leak, counts one failure.
            failed = max(wrong, int(program_failed))
            names = failed_gtests(told) or ([name] if failed else [])
            counts += Counts(told["tests"] - wrong, failed, names)
        else:
            counts += Counts.of(name, passed=not program_failed)
    return settled(counts, returncode)


def failed_gtests(told: dict[str, Any]) -> list[str]:
    """Their names, out of what GTEST_OUTPUT=json wrote."""
    return [
        f"{suite['name']}.{test['name']}"
        for suite in told["testsuites"]
        for test in suite["testsuite"]
        if "failures" in test
    ]


def without_aslr(command: list[str | Path]) -> list[str | Path]:
    """GCC 12's thread sanitizer cannot map its shadow where kernels randomise 32 bits."""
    prefix = ["setarch", platform.machine(), "--addr-no-randomize"]
    if shutil.which("setarch") and subprocess.run([*prefix, "true"]).returncode == 0:
        return [*prefix, *command]
    return command


def unit() -> Counts:
    # Nothing here runs the benchmarks, so that at least they must compile.
    build.cmake("dev", "tests", "fuzzers", "benches")
    return ctest("dev", "--label-exclude", "golden") + vitest("vitest.config.ts")


def vitest(config: str, *filters: str, env: dict[str, str] | None = None) -> Counts:
    path = report(f"{config}.json")
    command = web_tool("vitest/vitest.mjs", "run", "--config", config, *filters)
    reporters = ["--reporter=default", "--reporter=json", f"--outputFile.json={path}"]
    returncode = call([*command, *reporters], env)
    if not path.exists():
        return Counts(failed=1)
    told = json.loads(path.read_text())
    names = [
        test["fullName"]
        for file in told["testResults"]
        for test in file["assertionResults"]
        if test["status"] == "failed"
    ]
    return settled(Counts(told["numPassedTests"], told["numFailedTests"], names), returncode)


def golden() -> Counts:
    build.cmake("dev", "tests")
    return ctest("dev", "--label-regex", "golden")


def compat() -> Counts:
    build.release(*build.AROUND)
    path = report("compat.xml")
    pytest = [venv("test") / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    returncode = call([*pytest, f"--junitxml={path}", "tests/compat"], binary())
    if not path.exists():
        return Counts(failed=1)
    counts = Counts()
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        passed = case.find("failure") is None and case.find("error") is None
        counts += Counts.of(f"{case.get('classname')}.{case.get('name')}", passed=passed)
    return settled(counts, returncode)


def browser(*filters: str) -> Counts:
    build.release(*build.AROUND)
    # One spec looks at the real TensorBoard too.
    python = {"STEPSCOPE_PYTHON": str(venv("test") / "python")}
    return vitest("vitest.e2e.config.ts", *filters, env=binary() | python)


def binary() -> dict[str, str]:
    """How a suite that drives the real program finds it."""
    return {"STEPSCOPE_BINARY": str(BUILD / "release/stepscope")}


def asan(*arguments: str) -> Counts:
    # In the folder of the fuzz targets, so that the libraries compile once for both.
    build.cmake("asan", "tests", "fuzzers")
    return ctest("asan", "--label-exclude", "fuzz", *arguments)


def tsan(*arguments: str) -> Counts:
    build.cmake("tsan", *THREADED)
    return ctest("tsan", "--tests-regex", f"^({'|'.join(THREADED)})$", *arguments)


def fuzz(target: str = "", seconds: str = str(FUZZ_SECONDS)) -> Counts:
    build.cmake("asan", "fuzzers")
    # An empty expression would choose none of the targets, not all.
    chosen = ["--label-regex", "fuzz", "--tests-regex", target or "."]
    timeout = str(int(seconds) + 60)
    chosen += ["--timeout", timeout]
    return ctest("asan", *chosen, suite="fuzz", env={"FUZZ_SECONDS": seconds})


# In the order in which a mistake shows soonest.
ALL: dict[str, Suite] = {
    "lint": lint.lint,
    "unit": unit,
    "golden": golden,
    "compat": compat,
    "browser": browser,
    "asan": asan,
    "tsan": tsan,
    "fuzz": fuzz,
}
FAST: dict[str, Suite] = {"style": lint.quick, "unit": unit, "golden": golden}


def run_suites(suites: dict[str, Suite]) -> bool:
    """Runs them one after the other, each to its end, and prints the table. True if all passed."""
    rows: list[tuple[str, Counts, float]] = []
    for name, suite in suites.items():
        say(f"\n{name}")
        start = time.monotonic()
        try:
            counts = suite()
        except Failure as failure:
            say(f"{name}: {failure}")
            counts = Counts(failed=1)
        except Exception:
            traceback.print_exc()
            counts = Counts(failed=1)
        rows.append((name, counts, time.monotonic() - start))

    print(f"\n{'suite':10} {'passed':>7} {'failed':>7} {'time':>7}")
    for name, counts, seconds in rows:
        clock = f"{int(seconds) // 60}:{int(seconds) % 60:02}"
        print(f"{name:10} {counts.passed:7} {counts.failed:7} {clock:>7}")
    for name, counts, _ in rows:
        for test in counts.names:
            print(f"failed: {name}: {test}")
    total = sum((counts for _, counts, _ in rows), Counts())
    print(f"{total.passed} passed, {total.failed} failed", flush=True)
    return total.failed == 0
