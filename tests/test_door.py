"""The door: the documented names, all there, and packages that can be called."""

import subprocess
import sys

import numpy as np
import pytest

import pullback as pb


@pytest.mark.parametrize("name", pb.__all__)
def test_every_name_is_there_and_documented(name):
    assert getattr(pb, name).__doc__


def test_there_are_about_thirty_names():
    assert len(pb.__all__) <= 36
    assert pb.__all__ == sorted(pb.__all__)
    assert dir(pb) == pb.__all__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'pullback' has no attribute 'chek'"):
        pb.chek  # noqa: B018


@pytest.mark.parametrize("first", ["import pullback.check", "import pullback"])
def test_a_package_named_after_its_function_is_called(first):
    code = f"{first}\nimport numpy as np, pullback as pb\nassert pb.check(np.sin, 0.3).verdict == 'right'"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert pb.check(np.cos, 0.3).verdict == pb.check.check(np.cos, 0.3).verdict == "right"
