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
from xml.etree import ElementTree

import lint
from machine import BUILD, CORES, ROOT, Failure, say, venv, web_tool

import build

FUZZ_SECONDS = 30

Counts = tuple[int, int]  # Passed, failed.
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
    passed, failed = counts
    if (returncode or not passed) and not failed:
        failed = 1
    return passed, failed


def ctest(preset: str, *arguments: str, env: dict[str, str] | None = None) -> Counts:
    """Runs built tests. A GoogleTest program counts with all its tests, another one as one."""
    junit = report(f"{preset}.xml")
    each = report(f"{preset}-programs")
    command = ["ctest", "--test-dir", BUILD / preset, "--parallel", str(CORES)]
    command += ["--output-on-failure", "--no-tests=error", "--output-junit", junit, *arguments]
    environment = (env or {}) | {"GTEST_OUTPUT": f"json:{each}/", "GTEST_BRIEF": "1"}
    returncode = call(without_aslr(command) if preset == "tsan" else command, environment)
    if not junit.exists():
        return 0, 1

    passed = failed = 0
    for case in ElementTree.parse(junit).getroot().iter("testcase"):
        counts = (1, 0) if case.get("status") == "run" else (0, 1)
        program = each / f"{case.get('name')}.json"
        if program.exists():
            told = json.loads(program.read_text())
            wrong = told["failures"] + told.get("errors", 0)
            # What passed each test but failed as a program, say by a leak, counts one failure.
            counts = told["tests"] - wrong, max(wrong, counts[1])
        passed += counts[0]
        failed += counts[1]
    return settled((passed, failed), returncode)


def without_aslr(command: list[str | Path]) -> list[str | Path]:
    """GCC 12's thread sanitizer cannot map its shadow where kernels randomise 32 bits."""
    prefix = ["setarch", platform.machine(), "--addr-no-randomize"]
    if shutil.which("setarch") and subprocess.run([*prefix, "true"]).returncode == 0:
        return [*prefix, *command]
    return command


def unit() -> Counts:
    build.cmake("dev", "tests")
    native = ctest("dev", "--label-exclude", "golden")
    web = vitest("vitest.config.ts")
    return native[0] + web[0], native[1] + web[1]


def vitest(config: str, *filters: str, env: dict[str, str] | None = None) -> Counts:
    path = report(f"{config}.json")
    command = web_tool("vitest/vitest.mjs", "run", "--config", config, *filters)
    reporters = ["--reporter=default", "--reporter=json", f"--outputFile.json={path}"]
    returncode = call([*command, *reporters], env)
    if not path.exists():
        return 0, 1
    told = json.loads(path.read_text())
    return settled((told["numPassedTests"], told["numFailedTests"]), returncode)


def golden() -> Counts:
    build.cmake("dev", "tests")
    return ctest("dev", "--label-regex", "golden")


def compat() -> Counts:
    build.release(*build.AROUND)
    path = report("compat.xml")
    pytest = [venv("test") / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    returncode = call([*pytest, f"--junitxml={path}", "tests/compat"], binary())
    if not path.exists():
        return 0, 1
    cases = list(ElementTree.parse(path).getroot().iter("testcase"))
    failed = sum(
        case.find("failure") is not None or case.find("error") is not None for case in cases
    )
    return settled((len(cases) - failed, failed), returncode)


def browser(*filters: str) -> Counts:
    build.release(*build.AROUND)
    return vitest("vitest.e2e.config.ts", *filters, env=binary())


def binary() -> dict[str, str]:
    """How a suite that drives the real program finds it."""
    return {"STEPSCOPE_BINARY": str(BUILD / "release/stepscope")}


def asan(*arguments: str) -> Counts:
    build.cmake("asan", "tests")
    return ctest("asan", *arguments)


def tsan(*arguments: str) -> Counts:
    build.cmake("tsan", "tests")
    return ctest("tsan", "--label-exclude", "fuzz", *arguments)


def fuzz(target: str = "", seconds: str = str(FUZZ_SECONDS)) -> Counts:
    build.cmake("fuzz", "fuzzers")
    timeout = str(int(seconds) + 60)
    return ctest(
        "fuzz",
        *("--label-regex", "fuzz", "--tests-regex", target, "--timeout", timeout),
        env={"FUZZ_SECONDS": seconds},
    )


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
    rows: list[tuple[str, int, int, float]] = []
    for name, suite in suites.items():
        say(f"\n{name}")
        start = time.monotonic()
        try:
            passed, failed = suite()
        except Failure as failure:
            say(f"{name}: {failure}")
            passed, failed = 0, 1
        except Exception:
            traceback.print_exc()
            passed, failed = 0, 1
        rows.append((name, passed, failed, time.monotonic() - start))

    print(f"\n{'suite':10} {'passed':>7} {'failed':>7} {'time':>7}")
    for name, passed, failed, seconds in rows:
        clock = f"{int(seconds) // 60}:{int(seconds) % 60:02}"
        print(f"{name:10} {passed:7} {failed:7} {clock:>7}")
    failed = sum(row[2] for row in rows)
    print(f"{sum(row[1] for row in rows)} passed, {failed} failed", flush=True)
    return failed == 0
