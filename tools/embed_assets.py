#!/usr/bin/env python3
"""Writes the built page as a C++ table, the definition of EmbeddedAssets() in src/server/assets.h.

Every file stands there as it is and, where that is smaller, gzipped. A file whose name carries a
content hash (all that Vite puts into assets/) is immutable: browsers may keep it for ever.
The same page gives the same bytes.
"""

import argparse
import gzip
from pathlib import Path

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
CHUNK_BYTES = 2000  # One line of a string literal.

HEAD = """\
// Written by tools/embed_assets.py from the built page; the build writes it anew.
#include "server/assets.h"

#include <span>
#include <string_view>

namespace stepscope {
namespace {

template <size_t N>
std::span<const std::byte> Bytes(const char (&text)[N]) {
  return std::as_bytes(std::span(text).first(N - 1));
}

"""


def literal(data: bytes) -> str:
    """`data` as adjacent string literals. Octal escapes end after three digits, hex ones never."""
    plain = {byte: chr(byte) for byte in range(32, 127) if chr(byte) not in '"\\?'}
    escapes = [plain.get(byte, f"\\{byte:03o}") for byte in range(256)]
    chunks = [data[i : i + CHUNK_BYTES] for i in range(0, len(data), CHUNK_BYTES)] or [b""]
    return "\n    ".join('"' + "".join(escapes[byte] for byte in chunk) + '"' for chunk in chunks)


def content_type(path: Path) -> str:
    if path.suffix not in CONTENT_TYPES:
        raise SystemExit(f"{path}: no content type known for {path.suffix!r}; add it to {__file__}")
    return CONTENT_TYPES[path.suffix]


def table(folder: Path | None) -> str:
    """The whole C++ file."""
    files = sorted(p for p in folder.rglob("*") if p.is_file()) if folder else []
    arrays, rows = [], []
    for number, file in enumerate(files):
        path = file.relative_to(folder).as_posix()
        data = file.read_bytes()
        packed = gzip.compress(data, compresslevel=9, mtime=0)
        if len(packed) >= len(data):
            packed = b""
        arrays.append(f"constexpr char kFile{number}[] =\n    {literal(data)};\n")
        arrays.append(f"constexpr char kGzip{number}[] =\n    {literal(packed)};\n")
        immutable = "true" if path.startswith("assets/") else "false"
        rows.append(
            f'      {{.path = "{path}",\n'
            f'       .content_type = "{content_type(file)}",\n'
            f"       .bytes = Bytes(kFile{number}),\n"
            f"       .gzip = Bytes(kGzip{number}),\n"
            f"       .immutable = {immutable}}},\n"
        )
    if not rows:
        body = "std::span<const EmbeddedAsset> EmbeddedAssets() { return {}; }\n"
        return (
            HEAD.split("template")[0] + f"}}  // namespace\n\n{body}\n}}  // namespace stepscope\n"
        )
    return (
        HEAD
        + "".join(arrays)
        + "\n}  // namespace\n\n"
        + "std::span<const EmbeddedAsset> EmbeddedAssets() {\n"
        + "  static const EmbeddedAsset kAssets[] = {\n"
        + "".join(rows)
        + "  };\n  return kAssets;\n}\n\n}  // namespace stepscope\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("folder", help="the built page; empty or absent: an empty table")
    arguments = parser.parse_args()
    folder = Path(arguments.folder) if arguments.folder else None
    if folder and not folder.is_dir():
        folder = None
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(table(folder))


if __name__ == "__main__":
    main()
