#!/bin/sh
# Runs one libFuzzer program: run_fuzzer.sh PROGRAM CORPUS [FOUND]
# What it finds goes into FOUND, never into the committed corpus. FUZZ_SECONDS bounds the time.
# Without FOUND it looks for nothing, and only runs the corpus.
set -eu
program=$1 corpus=$2 found=${3:-}
[ -n "$(ls -A "$corpus" 2>/dev/null)" ] || {
  echo "no corpus: put a few small inputs into $corpus" >&2
  exit 1
}
[ -n "$found" ] || exec "$program" -runs=0 -timeout=10 -rss_limit_mb=1024 \
  -artifact_prefix="$program.crash-" "$corpus"
mkdir -p "$found"
exec "$program" -max_total_time="${FUZZ_SECONDS:-30}" -timeout=10 -rss_limit_mb=1024 \
  -print_final_stats=1 -verbosity=0 -artifact_prefix="$found.crash-" "$found" "$corpus"
