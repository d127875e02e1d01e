"""hparams beside the real TensorBoard: a log directory at a time, for it makes one table of all."""

import json
from pathlib import Path

import pytest
from allowed import HPARAMS_RULES
from compare import ALL_SAMPLES, Comparison, compare
from hparams_logs import write_random
from sites import FIXTURES, stepscope, tensorboard_here

SEEDS = range(4)


def has_hparams(path: Path) -> bool:
    return "hparams" in json.loads(path.read_text())["active_plugins"]


FOLDERS = sorted(
    path.parent.relative_to(FIXTURES).as_posix()
    for path in FIXTURES.rglob("expected.json")
    if has_hparams(path)
)


def compared(logdir: Path) -> Comparison:
    with stepscope(logdir, *ALL_SAMPLES) as ours, tensorboard_here(logdir, *ALL_SAMPLES) as theirs:
        return compare(ours, theirs, ["hparams"])


def unexplained(comparison: Comparison) -> list[str]:
    return [
        str(difference)
        for difference in comparison.differences
        if not any(rule.explains(difference) for rule in HPARAMS_RULES)
    ]


@pytest.mark.parametrize("folder", FOLDERS)
def test_fixture(folder: str) -> None:
    assert unexplained(compared(FIXTURES / folder)) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_random_sessions(tmp_path: Path, seed: int) -> None:
    write_random(tmp_path, seed)
    comparison = compared(tmp_path)
    assert unexplained(comparison) == []
    assert sum(comparison.compared.values()) > 100
