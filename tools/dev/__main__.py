"""The verbs of `./dev`."""

import inspect
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, NoReturn

import lint
import suites
from counts import Counts
from machine import BUILD, ROOT, Failure, say

import bench
import build

SAMPLES = ROOT / "examples/logs"
# Flags after which the program needs no folder from us.
SELF_SUFFICIENT = ("-h", "--help", "--version", "--logdir", "--logdir_spec")


def become(program: Path, *arguments: str | Path) -> NoReturn:
    """Replaces this process, so that signals and the exit code are the program's own."""
    sys.stdout.flush()
    os.execv(program, [program, *arguments])


def run(*arguments: str) -> NoReturn:
    build.release()
    named = arguments and not arguments[0].startswith("-")
    if not named and not any(word.split("=")[0] in SELF_SUFFICIENT for word in arguments):
        arguments = (str(SAMPLES), *arguments)
    become(BUILD / "release/stepscope", *arguments)


def test(*names: str) -> NoReturn:
    chosen = suites.ALL
    if names == ("fast",):
        chosen = suites.FAST
    elif names:
        unknown = [name for name in names if name not in suites.ALL]
        if unknown:
            known = ", ".join(["fast", *suites.ALL])
            raise Failure(f"no suite {unknown[0]!r}; there are {known}")
        chosen = {name: suites.ALL[name] for name in names}
    sys.exit(0 if suites.run_suites(chosen) else 1)


def demo(*arguments: str) -> None:
    program = BUILD / "release/stepscope_demo"
    if "--short" in arguments:
        build.cmake("release", "stepscope_demo")
        shutil.rmtree(SAMPLES, ignore_errors=True)
        SAMPLES.mkdir(parents=True)
        become(program, SAMPLES, *arguments)
    build.release("stepscope_demo")
    logdir = BUILD / "demo"
    shutil.rmtree(logdir, ignore_errors=True)
    logdir.mkdir()
    trainer = subprocess.Popen([program, logdir])
    try:
        server = subprocess.run([BUILD / "release/stepscope", logdir, *arguments])
    finally:
        trainer.terminate()
        trainer.wait()
    sys.exit(server.returncode)


def golden() -> None:
    programs = {"plugins_golden_test": "plugins", "app_golden_test": "src/app"}
    build.cmake("dev", *programs)
    say("Writing today's answers into the golden tests; git diff shows what they change")
    environment = os.environ | {"STEPSCOPE_UPDATE_GOLDEN": "1", "GTEST_BRIEF": "1"}
    codes = [
        subprocess.run([BUILD / "dev" / room / program], cwd=ROOT, env=environment).returncode
        for program, room in programs.items()
    ]
    files = ["plugins/*/golden", "src/app/golden"]
    subprocess.run(["git", "--no-pager", "diff", "--stat", "--", *files], cwd=ROOT)
    sys.exit(max(codes))


def counting(suite: Callable[..., Counts]) -> Callable[..., NoReturn]:
    """A suite as a verb of its own."""

    def verb(*arguments: str) -> NoReturn:
        counts = suite(*arguments)
        for test in counts.names:
            print(f"failed: {test}")
        print(f"{counts.passed} passed, {counts.failed} failed")
        sys.exit(1 if counts.failed else 0)

    return verb


def print_help() -> None:
    print("usage: ./dev VERB [ARGUMENTS]\n")
    for name, verb in VERBS.items():
        print(f"  {name:6} {verb.arguments:20} {verb.help}")
    print(f"\nsuites: {', '.join(suites.ALL)}")


class Verb(NamedTuple):
    do: Callable[..., None]
    arguments: str
    help: str


VERBS = {
    "run": Verb(run, "[LOGDIR] [FLAGS]", "build, then serve LOGDIR, or else the sample runs"),
    "test": Verb(test, "[fast | SUITE...]", "everything that must hold; fast: in about a minute"),
    "demo": Verb(demo, "[FLAGS]", "train small models and watch; --short: write examples/logs"),
    "build": Verb(lambda: build.release(), "", "the page, and the binary build/release/stepscope"),
    "fmt": Verb(lint.fmt, "[PATH...]", "format these files and folders, or else all"),
    "lint": Verb(counting(lint.lint), "", "formats, linters, type checkers, the house's rules"),
    "asan": Verb(counting(suites.asan), "[CTEST FLAGS]", "tests, watching memory and arithmetic"),
    "tsan": Verb(counting(suites.tsan), "[CTEST FLAGS]", "tests, watching for data races"),
    "fuzz": Verb(counting(suites.fuzz), "[TARGET [SECONDS]]", "fuzz targets over their corpora"),
    "bench": Verb(bench.bench, "[TASK [FLAGS]]", "all tasks of bench/ and a table, or one"),
    "golden": Verb(golden, "", "write today's answers into the golden tests, to be read as a diff"),
    "help": Verb(print_help, "", "this"),
}


def main() -> None:
    name, *arguments = sys.argv[1:] or ["help"]
    name = {"-h": "help", "--help": "help"}.get(name, name)
    if name not in VERBS:
        say(f"./dev: no verb {name!r}; there are {', '.join(VERBS)}")
        sys.exit(2)
    verb = VERBS[name]
    try:
        inspect.signature(verb.do).bind(*arguments)
    except TypeError:
        say(f"usage: ./dev {name} {verb.arguments}".rstrip())
        sys.exit(2)
    try:
        verb.do(*arguments)
    except Failure as failure:
        say(f"./dev {name}: {failure}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
