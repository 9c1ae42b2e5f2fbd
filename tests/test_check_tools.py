"""The self-test, the command line's part, the pytest plugin and the example."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from pullback.check._cli import run_file
from pullback.check._differences import derive, rounding
from pullback.check._selftest import self_test

HERE = Path(__file__).parent
pytest_plugins = ["pytester"]


def test_the_checker_is_checked():
    """A fixed part of what `pullback check --self-test` runs whole."""
    done = self_test(part=12, rounds=2)
    assert done.alarms == []
    assert done.detected >= 0.995
    assert done.named >= 0.95
    assert done.judged > 500
    assert "found 100.00%" in str(done)


@pytest.mark.parametrize("x", [1e-8, 0.3, 1e8])
def test_bounds_hold(x):
    """The error of a difference is within its bound."""
    for f, df in ((np.sin, np.cos), (np.cosh, np.sinh), (np.arctan, lambda x: 1 / (1 + x * x))):
        with np.errstate(all="ignore"):
            if not np.isfinite(f(x)):
                continue
            rng, points = np.random.default_rng(0), [np.array([x])]
            base = rounding(lambda p, f=f: f(p[0]), points, rng, 2e-16)
            s = derive(lambda p, f=f: f(p[0]), points, [(0, 0)], base, 2e-16)
        assert abs(s.value[0, 0] - df(x)) <= s.bound[0, 0]


FILE = """
import numpy as np
from pullback import primitive

@primitive
def cube(x):
    return x**3, lambda u: (-3 * u * x**2,)

@primitive
def square(x):
    return x**2, lambda u: (2 * u * x,)

def helper(x):
    return x + 1
"""
GRADIENT = """
import numpy as np
params, X, y = np.array([0.5, -1.0]), np.arange(6.0).reshape(3, 2), np.array([1.0, 0.0, 2.0])
def loss(w, X, y): return np.mean((X @ w - y) ** 2)
def grad(w, X, y): return 2 * X.T @ (X @ w - y) / len(y)
"""


@pytest.mark.parametrize(
    ("text", "name", "status"),
    [
        (FILE, "", 1), (FILE, ":square", 0), (FILE, ":cube", 1), (FILE, ":none", 3), (GRADIENT, "", 0),
        ("import nothing_of_that_name", "", 3), ("x = 1", "", 3),
        ("import numpy as np\ndef f(x): return np.log(x)\ncheck_args = (np.zeros(2),)", ":f", 2),
    ],
)  # fmt: skip
def test_files_from_the_command_line(tmp_path, text, name, status):
    path, said = tmp_path / "mine.py", []
    path.write_text(text)
    assert run_file(f"{path}{name}", echo=said.append) == status
    assert run_file(f"{path}{name}", json=True, echo=said.append) == status
    assert json.loads(said[1])


def test_a_name_that_is_not_there(tmp_path):
    path, said = tmp_path / "mine.py", []
    path.write_text(FILE)
    run_file(f"{path}:none", echo=said.append)
    assert said == [f"{path} has no 'none'\n  expected: cube, helper, square"]


def test_the_pytest_plugin(pytester):
    pytester.makepyfile(
        """
        import numpy as np
        import pytest

        def cube(x):
            return x**3, lambda u: (3 * u * x**2,)

        def wrong(x):
            return x**3, lambda u: (-3 * u * x**2,)

        def test_fixture(assert_pair):
            assert_pair(cube, np.ones(2))

        @pytest.mark.pair(np.array([1.0, 2.0]))
        def test_marker(pair_report):
            assert pair_report(cube)

        @pytest.mark.pair(np.array([1.0, 2.0]))
        def test_wrong(pair_report):
            pair_report(wrong)
        """
    )
    result = pytester.runpytest_inprocess(
        "-p", "pullback.check._pytest", "-p", "no:xdist", "-p", "no:cacheprovider"
    )
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*wrong: wrong: the sign of the cotangent of x is flipped*"])


def test_the_example_finds_the_factor_in_scikit_learn():
    path = HERE.parent / "examples" / "find_the_bug.py"
    spec = importlib.util.spec_from_file_location("find_the_bug", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.scikit_learn(4).mistakes[0].text == (
        "the cotangent of every parameter is too large by a constant factor, 4, the number of outputs"
    )
    assert module.scikit_learn(1).verdict == "right"
