#!/usr/bin/env python3
"""The style rules that a program can check, on every file that git holds or would hold.

Prints one line for each offence and exits 1 if there is any. A file that is merely getting long is
a warning. What a formatter or linter already checks is left to it.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MAX_COLUMNS = 100
LONG_FILE_LINES = 500
MAX_FILE_LINES = 600
LONG_COMPONENT_LINES = 200
MAX_FILE_BYTES = 1 << 20
MAX_EXAMPLES_BYTES = 2 << 20  # What a clone costs everybody; design.md sets it.

CODE = {".cc", ".css", ".h", ".html", ".js", ".proto", ".py", ".sh", ".svelte", ".ts"}
CODE_NAMES = {"CMakeLists.txt", "dev", "run"}

# Where bytes that are not text belong.
BINARY = re.compile(
    r"^tests/data/|^examples/|_fuzz_corpus/|^(docs|web/public)/.*\.(gif|ico|jpg|png|svg|webp|woff2)$"
)
GENERATED = re.compile(
    r"(^|/)(build|dist|node_modules|__pycache__|\.svelte-kit)/"
    r"|\.(a|o|so|dll|exe|pyc|whl|tsbuildinfo)$|\.pb\.(cc|h)$|_pb2(_grpc)?\.pyi?$"
)
MACHINE_PATH = re.compile(r"(?<![\w.$~}])/(work|root|home/(?!me/)\w+)/")
REGISTRY = re.compile(
    r'"resolved":\s*"http|index-url|\bregistry\s*=\s*http|registry\.npmjs|pypi\.org/simple'
    r"|deb\.debian\.org"
)
UNOWNED_TODO = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\): )")
FOCUSED_TEST = re.compile(r"\b(it|test|describe)\.only\(|\bDISABLED_\w")
BANNER = re.compile(r"^\s*(//|#|\*|<!--|--)\s*([-=*#_~])\2{5,}")
CPP_BANS = {
    re.compile(r"\bstd::regex\b"): "std::regex recurses over its input: use RE2",
    re.compile(r"^\s*using namespace\b"): "no `using namespace`",
}

# Files whose subject are the very patterns above.
ABOUT_PATTERNS = {"tools/tidy.py", "tools/tidy_test.py"}


def is_code(path: Path) -> bool:
    return path.suffix in CODE or path.name in CODE_NAMES


def check_name(path: Path, size_bytes: int, data: bytes) -> Iterator[str]:
    """What a file's place and size tell."""
    name = path.as_posix()
    if GENERATED.search(name):
        yield f"{name}: built files do not belong into git"
    if size_bytes > MAX_FILE_BYTES:
        yield f"{name}: {size_bytes} bytes; a file in git has at most {MAX_FILE_BYTES}"
    if is_binary(data) and not BINARY.search(name):
        yield f"{name}: binary files belong into tests/data, examples, docs or a fuzz corpus"


def is_binary(data: bytes) -> bool:
    try:
        return "\0" in data.decode()
    except UnicodeDecodeError:
        return True


def check_text(path: Path, text: str) -> Iterator[str]:
    """What every text of ours has to hold, line by line."""
    name = path.as_posix()
    if name in ABOUT_PATTERNS:
        return
    for number, line in enumerate(text.split("\n"), 1):
        place = f"{name}:{number}"
        if MACHINE_PATH.search(line):
            yield f"{place}: a path of one machine"
        if REGISTRY.search(line):
            yield f"{place}: the address of a package registry; each machine has its own"
        if not is_code(path):
            continue
        if UNOWNED_TODO.search(line):
            yield f"{place}: a TODO names its issue: TODO(#7): ..."
        if FOCUSED_TEST.search(line):
            yield f"{place}: a test that keeps other tests, or itself, from running"
        if BANNER.search(line):
            yield f"{place}: no banners"
        # What cannot be broken, as an address, may be longer.
        if len(line) > MAX_COLUMNS and " " in line.strip(" /#*"):
            yield f"{place}: {len(line)} columns; at most {MAX_COLUMNS}"
        if line != line.rstrip() or "\t" in line:
            yield f"{place}: a tab, a carriage return or blanks at the end"
        if path.suffix in (".cc", ".h"):
            yield from (
                f"{place}: {reason}" for ban, reason in CPP_BANS.items() if ban.search(line)
            )
    if is_code(path) and text and not text.endswith("\n"):
        yield f"{name}: no newline at the end"
    if path.suffix == ".h" and "#pragma once" not in text:
        yield f"{name}: a header says #pragma once"


def check_length(path: Path, text: str) -> tuple[list[str], list[str]]:
    """Offences and warnings about a file's length."""
    lines = text.count("\n")
    if not is_code(path):
        return [], []
    if lines > MAX_FILE_LINES:
        return [f"{path}: {lines} lines; at most {MAX_FILE_LINES}: what can stand alone?"], []
    if lines > LONG_FILE_LINES or (path.suffix == ".svelte" and lines > LONG_COMPONENT_LINES):
        return [], [f"warning: {path}: {lines} lines, which is long"]
    return [], []


def main() -> int:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    offences: list[str] = []
    warnings: list[str] = []
    examples_bytes = 0
    for name in sorted(listed.split("\0")):
        path = Path(name)
        if not name or not path.is_file():
            continue
        data = path.read_bytes()
        examples_bytes += len(data) if path.parts[0] == "examples" else 0
        offences += check_name(path, len(data), data)
        if BINARY.search(name) or is_binary(data):
            continue
        text = data.decode()
        offences += check_text(path, text)
        failures, long = check_length(path, text)
        offences += failures
        warnings += long
    if examples_bytes > MAX_EXAMPLES_BYTES:
        offences.append(f"examples: {examples_bytes} bytes; at most {MAX_EXAMPLES_BYTES}")
    for line in warnings + offences:
        print(line)
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
