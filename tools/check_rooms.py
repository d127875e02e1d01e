#!/usr/bin/env python3
"""Who may include whom: the house's layers as a table, held against every #include and import.

A room uses only rooms to its left, never its own column; what is exact beyond that stands in the
tables below. Prints one line for each offence and exits 1 if there is any.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

COLUMNS = [
    ["base"],
    ["wire", "http", "series"],
    ["store", "analysis", "summary"],
    ["index", "jobs", "workspace", "logger"],
    ["plugin", "ingest"],
    ["plugins/*", "server", "rpc"],
    ["plugins"],  # plugins/plugins.{h,cc}, the list of them all.
    ["app", "python"],
]
COLUMN = {room: number for number, rooms in enumerate(COLUMNS) for room in rooms}

# Rooms that see less than what is on their left.
ONLY = {
    # The logger and the Python wheel link no more than this.
    "summary": {"base", "wire"},
    "logger": {"base", "wire", "summary"},
}
NEVER = {"plugins/*": {"ingest"}}

# Programs around the house, which may use all of it.
OUTSIDE = ("bench", "cmake", "examples", "tests", "tools")
TEST_SUFFIXES = ("_test.cc", "_fuzz.cc", "_bench.cc")

# What the web half of a plugin sees of $web, and what the parts of $web see of each other.
PLUGIN_WEB = {"plugin", "api", "charts", "widgets", "resource", "longList", "url"}
WEB_NEVER = {
    # Charts and widgets get their data as props.
    "charts": {"api", "live", "resource", "shell", "plugins"},
    "widgets": {"api", "live", "resource", "shell", "plugins"},
    "api": {"charts", "widgets", "shell", "plugins"},
    "plugin": {"shell", "plugins"},
    "resource": {"charts", "widgets", "shell", "plugins"},
    "longList": {"charts", "widgets", "shell", "plugins"},
    "live": {"charts", "widgets", "shell", "plugins"},
    "url": {"charts", "widgets", "shell", "plugins"},
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.MULTILINE)
IMPORT = re.compile(
    r"""(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"]+)['"]|import\.meta\.glob\w*(?:<[^>]*>)?\(\s*['"]([^'"]+)"""
)

Offence = str


def room_of(path: Path) -> str | None:
    """The room of a C++ file, or nothing for a program around the house."""
    parts = path.parts
    if parts[0] == "src":
        return parts[1]
    if parts[0] == "plugins":
        if path.name in ("summary.h", "summary.cc", "summary_test.cc"):
            return "summary"
        return f"plugins/{parts[1]}" if len(parts) > 2 else "plugins"
    return "python" if parts[0] == "python" else None


def layer(room: str) -> str:
    """The name under which the tables know a room."""
    return "plugins/*" if room.startswith("plugins/") else room


def refusal(user: str, used: str, is_test: bool) -> str | None:
    """Why one room may not include another; nothing if it may."""
    if user == used:
        return None
    if used == "testing":
        return None if is_test or user == "testing" else "only tests use testing"
    if user == "testing":
        return "testing is left of app" if COLUMN[layer(used)] >= COLUMN["app"] else None
    if layer(user) in ONLY and layer(used) not in ONLY[layer(user)]:
        return f"{layer(user)} sees only {', '.join(sorted(ONLY[layer(user)]))}"
    if layer(used) in NEVER.get(layer(user), set()):
        return f"a plugin never sees {used}"
    if layer(user) == layer(used) == "plugins/*":
        return "a plugin never sees another"
    if COLUMN[layer(used)] >= COLUMN[layer(user)]:
        return "a room uses only rooms to its left"
    return None


def places(include: str) -> Iterator[Path]:
    """Where a quoted include may lie."""
    yield Path("src", include)
    if not include.startswith("src/"):
        yield Path(include)


def check_cpp(path: Path, text: str, exists=lambda path: path.is_file()) -> Iterator[Offence]:
    """The offences of one C++ file; `path` is relative to the root."""
    if path.parts[0] in OUTSIDE:
        return
    user = room_of(path)
    if user is None or (layer(user) not in COLUMN and user != "testing"):
        yield f"{path}: no room of that name; tools/check_rooms.py holds the table"
        return
    for match in INCLUDE.finditer(text):
        name = match[1]
        line = text.count("\n", 0, match.start()) + 1
        target = next((p for p in places(name) if exists(p)), None)
        if target is None:
            yield (
                f'{path}:{line}: "{name}" is no file of ours: include from the root, without'
                " src/, and others' headers in angle brackets"
            )
            continue
        used = room_of(target)
        reason = "that is outside the house"
        if used is not None:
            reason = refusal(user, used, path.name.endswith(TEST_SUFFIXES))
        if reason:
            yield f'{path}:{line}: {user} may not include "{name}": {reason}'


def imports(text: str) -> Iterator[tuple[int, str]]:
    """Line and name of everything that a TypeScript or Svelte file imports."""
    for match in IMPORT.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, (match[1] or match[2]).split("?")[0]


def resolve(path: Path, name: str) -> Path | None:
    """Where in the repository an import leads; nothing for a package."""
    if name.startswith("$web/"):
        return Path("web/src", name.removeprefix("$web/"))
    if name.startswith("$plugins/"):
        return Path("plugins", name.removeprefix("$plugins/"))
    if not name.startswith("."):
        return None
    parts: list[str] = []
    for part in (*path.parent.parts, *name.split("/")):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return Path(*parts)


def web_part(path: Path) -> str:
    """`charts` for web/src/charts/line.ts as for web/src/charts.ts."""
    return path.parts[2].split(".")[0]


def check_web(path: Path, text: str) -> Iterator[Offence]:
    """The offences of one file of the web half."""
    if path.parts[0] == "plugins":
        yield from check_plugin_web(path, text)
    elif path.parts[:2] == ("web", "src"):
        part = web_part(path)
        for line, name in imports(text):
            target = resolve(path, name)
            if target is None:
                continue
            if target.parts[0] == "plugins" and path != Path("web/src/plugins.ts"):
                yield f"{path}:{line}: only web/src/plugins.ts may import a plugin, not {name}"
            elif target.parts[:2] == ("web", "src") and web_part(target) in WEB_NEVER.get(part, ()):
                yield f"{path}:{line}: {part} may not import {name}"


def check_plugin_web(path: Path, text: str) -> Iterator[Offence]:
    folder = Path(*path.parts[:2])
    for line, name in imports(text):
        target = resolve(path, name)
        if target is None:
            continue
        if target.parts[:2] == ("web", "src"):
            if web_part(target) not in PLUGIN_WEB:
                allowed = ",".join(sorted(PLUGIN_WEB))
                yield f"{path}:{line}: a plugin sees only $web/{{{allowed}}}, not {name}"
        elif folder not in target.parents:
            yield f"{path}:{line}: a plugin sees only its own folder, not {name}"


def main() -> int:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    offences: list[Offence] = []
    for name in sorted(listed.split("\0")):
        path = Path(name)
        if not name or not path.is_file():
            continue
        if path.suffix in (".cc", ".h"):
            offences += check_cpp(path, path.read_text())
        elif path.suffix in (".ts", ".svelte"):
            offences += check_web(path, path.read_text())
    print("\n".join(offences), end="\n" if offences else "")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
