"""The verbs of `./dev`."""

import inspect
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, NoReturn

import lint
import suites
from machine import BUILD, ROOT, Failure, say

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


def counting(suite: Callable[..., suites.Counts]) -> Callable[..., NoReturn]:
    """A suite as a verb of its own."""

    def verb(*arguments: str) -> NoReturn:
        passed, failed = suite(*arguments)
        print(f"{passed} passed, {failed} failed")
        sys.exit(1 if failed else 0)

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
    "build": Verb(build.release, "", "the page, and the binary build/release/stepscope"),
    "fmt": Verb(lint.fmt, "[PATH...]", "format these files and folders, or else all"),
    "lint": Verb(counting(lint.lint), "", "formats, linters, type checkers, the house's rules"),
    "asan": Verb(counting(suites.asan), "[CTEST FLAGS]", "tests, watching memory and arithmetic"),
    "tsan": Verb(counting(suites.tsan), "[CTEST FLAGS]", "tests, watching for data races"),
    "fuzz": Verb(counting(suites.fuzz), "[TARGET [SECONDS]]", "fuzz targets over their corpora"),
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
