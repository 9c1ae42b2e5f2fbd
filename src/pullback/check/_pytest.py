"""The pytest plugin: the fixture `assert_pair`, and the marker `pair` on functions that are pairs.

@pytest.mark.pair(np.array([1.0, 2.0]))
def test_cube(pair_report):
assert pair_report(cube)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "pair(*args, **settings): where `pair_report` judges a pair")


@pytest.fixture
def assert_pair() -> Callable[..., None]:
    """`pullback.check.assert_pair`."""
    from pullback.check import assert_pair

    return assert_pair


@pytest.fixture
def pair_report(request: pytest.FixtureRequest) -> Callable[[Any], Any]:
    """Judge a pair at the arguments of the test's `pair` marks; a wrong one fails with its report."""
    from pullback.check import check

    marks = list(request.node.iter_markers("pair"))

    def judged(f: Any) -> Any:
        reports = [check(f, *mark.args, **mark.kwargs) for mark in marks]
        for report in reports:
            if report.verdict != "right":
                pytest.fail(str(report), pytrace=False)
        return reports

    return judged
