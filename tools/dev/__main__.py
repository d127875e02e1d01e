"""The verbs of `./dev`. A verb is a function; the first line of its text is its line of help."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import lint as linters
import suites
from machine import BUILD, ROOT, Failure, say

import build

SAMPLES = ROOT / "examples/logs"
# Flags after which the program needs no folder from us.
SELF_SUFFICIENT = ("-h", "--help", "--version", "--logdir", "--logdir_spec")


def become(program: Path, *arguments: str) -> NoReturn:
    """Replaces this process, so that signals and the exit code are the program's own."""
    sys.stdout.flush()
    os.execv(program, [str(program), *arguments])


def finish(counts: suites.Counts) -> NoReturn:
    print(f"{counts[0]} passed, {counts[1]} failed")
    sys.exit(1 if counts[1] else 0)


def run(*arguments: str) -> None:
    """[LOGDIR] [FLAGS]    builds what people run and serves LOGDIR, else the sample runs"""
    build.release()
    named = arguments and not arguments[0].startswith("-")
    if not named and not any(word.split("=")[0] in SELF_SUFFICIENT for word in arguments):
        arguments = (str(SAMPLES), *arguments)
    become(BUILD / "release/stepscope", *arguments)


def test(*names: str) -> None:
    """[fast | SUITE...]   everything that must hold; fast: the one-minute suite"""
    if names == ("fast",):
        chosen = suites.FAST
    else:
        unknown = [name for name in names if name not in suites.ALL]
        if unknown:
            known = ", ".join(["fast", *suites.ALL])
            raise Failure(f"no suite {unknown[0]!r}; there are {known}")
        chosen = {name: suites.ALL[name] for name in names or suites.ALL}
    sys.exit(0 if suites.run_suites(chosen) else 1)


def release() -> None:
    """the page and the optimised binary: build/release/stepscope"""
    build.release()


def fmt() -> None:
    """formats every file"""
    linters.fmt()


def lint() -> None:
    """formatters, linters, type checkers and the rules of the house"""
    finish(linters.lint())


def asan(*arguments: str) -> None:
    """[CTEST FLAGS]       the tests under the address and undefined behaviour sanitizers"""
    finish(suites.asan(*arguments))


def tsan(*arguments: str) -> None:
    """[CTEST FLAGS]       the tests under the thread sanitizer"""
    finish(suites.tsan(*arguments))


def fuzz(*arguments: str) -> None:
    """[TARGET [SECONDS]]  fuzz targets over their corpus, 30 s each; finds: build/fuzz/found"""
    finish(suites.fuzz(*arguments))


def help_() -> None:
    """this"""
    print("usage: ./dev VERB [ARGUMENTS]\n")
    for name, verb in VERBS.items():
        print(f"  {name:6} {(verb.__doc__ or '').splitlines()[0].rstrip()}")
    print(f"\nsuites: {', '.join(suites.ALL)}")


VERBS: dict[str, Callable[..., None]] = {
    "run": run,
    "test": test,
    "build": release,
    "fmt": fmt,
    "lint": lint,
    "asan": asan,
    "tsan": tsan,
    "fuzz": fuzz,
    "help": help_,
}


def main() -> None:
    name, *arguments = sys.argv[1:] or ["help"]
    name = {"-h": "help", "--help": "help"}.get(name, name)
    if name not in VERBS:
        say(f"./dev: no verb {name!r}; there are {', '.join(VERBS)}")
        sys.exit(2)
    try:
        VERBS[name](*arguments)
    except Failure as failure:
        say(f"./dev {name}: {failure}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
