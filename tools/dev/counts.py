"""What a suite says of its tests."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Counts:
    """How many tests passed and failed, and the names of failed ones as far as they are known."""

    passed: int = 0
    failed: int = 0
    names: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, name: str, *, passed: bool) -> Counts:
        """One test."""
        return cls(passed=1) if passed else cls(failed=1, names=[name])

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.passed + other.passed, self.failed + other.failed, self.names + other.names
        )
