"""The results that bench/first_load compares before it takes times: every point written is ours."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("layout", ["torch", "tf"])
def test_every_point_and_all_that_the_data_server_keeps(layout: str, tmp_path: Path) -> None:
    script = ROOT / "bench/first_load/first_load.py"
    # Slower than the data server would be a mistake, however busy the machine is.
    flags = ["--rounds", "1", "--min_ratio", "1", "--format", layout, "--data", tmp_path]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "bench/common")}
    subprocess.run([sys.executable, script, *flags], check=True, env=environment)
