"""The list of what must be differentiable is complete, and each entry is tested against differences."""

import re
from pathlib import Path

import pytest

import pullback as pb
from pullback import catalogue

HERE = Path(__file__).parent
NUMPY = """
negative abs sign exp expm1 exp2 log log2 log10 log1p sqrt cbrt square reciprocal sin cos tan arcsin
arccos arctan sinh cosh tanh arcsinh arccosh arctanh deg2rad rad2deg nan_to_num clip add subtract
multiply divide power float_power mod maximum minimum fmax fmin arctan2 hypot logaddexp logaddexp2
where sum mean prod max min var std cumsum average trace diff nansum linalg.norm reshape ravel
transpose swapaxes moveaxis expand_dims squeeze broadcast_to atleast_1d atleast_2d atleast_3d
concatenate stack vstack hstack column_stack append split array_split tile repeat roll flip rot90
pad take diag diagonal tril triu sort kron dot matmul vdot inner outer tensordot einsum cross
linalg.inv linalg.solve linalg.det linalg.slogdet linalg.cholesky linalg.eigh linalg.svd linalg.pinv
linalg.multi_dot
"""
SCIPY = "expit logit erf erfc gammaln logsumexp softmax log_softmax xlogy"
REQUIRED = [f"np.{name}" for name in NUMPY.split()] + [f"scipy.special.{name}" for name in SCIPY.split()]
OTHER_NAMES = {"np.abs": "np.absolute", "np.mod": "np.remainder"}
TEXT = "\n".join(path.read_text() for path in HERE.glob("test_*.py") if path.name != Path(__file__).name)


@pytest.mark.parametrize("name", REQUIRED)
def test_it_can_be_differentiated(name):
    listed = {f.name: f.kind for f in pb.functions()}
    assert listed[OTHER_NAMES.get(name, name)] in ("primitive", "derived") or name == "np.sign"


@pytest.mark.parametrize("name", sorted({f.name for f in pb.functions() if f.kind != "constant"}))
def test_it_stands_in_a_test(name):
    """Its name is among the cases, which are all checked against differences of both orders."""
    short = name.removeprefix("np.").removeprefix("scipy.special.").removeprefix("linalg.")
    written = rf"\b(np|np\.linalg|linalg|sp|act)\.{short}\b|\b{short}\(|\b{short}\b(?=[,\]\)])"
    assert name == "x[...]" or re.search(written, TEXT)


def test_the_page_of_functions_is_up_to_date():
    page = HERE.parent / "docs" / "functions.md"
    assert page.read_text() == catalogue.markdown(), "make it again: python -m pullback.catalogue"
