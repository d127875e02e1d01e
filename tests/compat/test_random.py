"""Random log directories: ours and TensorBoard are to answer the same about all of them."""

import os
import random
from pathlib import Path

import pytest
from allowed import RULES
from compare import ALL_SAMPLES, compare
from random_logs import write_logdir
from sites import stepscope, tensorboard

SEED = int(os.environ.get("STEPSCOPE_RANDOM_SEED", random.SystemRandom().randrange(1_000_000)))
LOGDIRS = 200
# TensorBoard takes seconds to start, and the longer for each answer the more it holds.
SERVERS = 4


@pytest.mark.parametrize("server", range(SERVERS))
def test_random_logdirs(server: int, tmp_path: Path) -> None:
    print(f"STEPSCOPE_RANDOM_SEED={SEED}")
    for number in range(server, LOGDIRS, SERVERS):
        write_logdir(tmp_path / f"{number:03}", SEED, number)
    with (
        stepscope(tmp_path, *ALL_SAMPLES) as ours,
        tensorboard(tmp_path, *ALL_SAMPLES) as theirs,
    ):
        assert ours.get("/data/runs") == theirs.get("/data/runs"), f"seed {SEED}"
        comparison = compare(ours, theirs)
    assert comparison.compared.total() > LOGDIRS
    unexplained = [d for d in comparison.differences if not any(rule.explains(d) for rule in RULES)]
    found = "\n".join(map(str, unexplained))
    assert not found, f"STEPSCOPE_RANDOM_SEED={SEED}\n{found}"
