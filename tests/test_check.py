"""`check`: each mistake has its name, right pairs pass, kinks and noise are told, the guilty are found."""

import itertools
import json
import re

import mistakes
import numpy as np
import pytest

import pullback as pb
from pullback.check import check, check_gradient
from pullback.errors import ArgumentError, PairError
from pullback.primitives import activation

RNG = np.random.default_rng(0)


def plain(text):
    """A report's line without the places that depend on where the tests lie."""
    return re.sub(r" at \S*mistakes\.py:\d+: .*", " at mistakes.py", text)


@pytest.mark.parametrize("case", mistakes.MISTAKES, ids=lambda case: case[0].__name__)
def test_each_mistake_has_its_name_and_its_words(case):
    f, args, kind, line = case
    report = check(f, *(np.array(a) for a in args))
    assert report.verdict == "wrong"
    assert report.mistake.kind == kind
    assert plain(report.line()) == line


def test_a_report_in_full():
    report = check(mistakes.sign, np.array([1.0, 2.0]))
    report.where, report.method = "mine.py:3", "every element"
    assert str(report) == (
        "sign: wrong: the sign of the cotangent of x is flipped\n"
        "  where: mine.py:3\n"
        "  x: 2 of 2 elements wrong; x[0] for output 0: got -0.419974, expected 0.419974 ± "
        f"{report.inputs[0].bound:.1g}\n"
        "  fault: grad_sign_flipped\n"
        f"  smallest: {report.smallest}\n"
        f"  note: {report.notes[0]}\n"
        "  method: every element\n"
        "  try: put a minus in front of it"
    )


def test_a_report_in_every_form():
    report = check(mistakes.sign, np.array([1.0, 2.0]))
    facts = json.loads(report.to_json())
    assert (facts["verdict"], facts["exit_status"], facts["mistakes"][0]["kind"]) == ("wrong", 1, "sign")
    assert "<table>" in report._repr_html_()
    assert not report
    with pytest.raises(PairError):
        report.require_right()


# Right, at ordinary points and elsewhere.


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (0,), (1, 1), (4, 3)])
def test_right_pairs_pass(shape, dtype):
    for f in (np.exp, np.tanh, lambda x: np.sum(np.sin(x) * x)):
        assert check(f, np.asarray(RNG.normal(size=shape), dtype)).verdict == "right"


def test_a_kink_is_no_mistake():
    report = check(pb.primitives.activation.relu, np.array([0.0, -1.0, 2.0]))
    assert report.verdict == "right"
    assert report.notes == [
        "right at a kink of x: one-sided slopes 0 and 1, the convention gives 0"
    ]  # fmt: skip


def test_a_slope_outside_of_a_kink_is_a_mistake():
    def f(x):
        return np.abs(x), lambda u: (u * np.where(x == 0, 3.0, np.sign(x)),)

    report = check(f, np.array([0.0, 1.0]))
    assert report.verdict == "wrong"


def test_conventions_that_add_up_to_no_derivative_are_nobodys_mistake():
    relu = pb.primitives.activation.relu
    report = check(lambda x: relu(x) - relu(-x), np.array([0.0, 1.0]))
    assert report.line() == (
        "<lambda>: cannot tell: at a kink, where the conventions of the pairs inside add up to no derivative"
    )


def test_what_cannot_be_told():
    assert "not repeatable" in check(lambda x: (x * np.random.rand(), lambda u: (u,)), np.ones(3)).reason
    assert "not finite" in check(np.log, np.zeros(2)).reason
    assert "no input is a float" in check(lambda x: (x, lambda u: (u,)), np.arange(3)).reason


def test_a_function_that_computes_in_float32_is_judged_within_its_own_noise():
    def f(x):
        x32 = x.astype(np.float32)
        return np.sin(x32).astype(float), lambda u: (u * np.cos(x32).astype(float),)

    assert check(f, RNG.normal(size=4)).verdict == "right"


def test_arguments_that_are_no_function():
    with pytest.raises(ArgumentError) as error:
        check(3.0, np.ones(2))
    assert str(error.value) == (
        "check was given something that cannot be called\n"
        "  expected: a primitive, a function, or a function that returns (value, vjp)\n"
        "  got: float"
    )


# What other checkers miss.


def test_an_always_zero_float32_rule_of_a_thousand_elements_is_seen():
    x = RNG.normal(size=1000).astype(np.float32)
    report = check(lambda x: (np.sum(np.sin(x)), lambda u: (np.zeros_like(x),)), x)
    assert report.mistake.kind == "zero"


@pytest.mark.parametrize("seed", range(10))
def test_one_wrong_entry_in_ten_thousand_is_seen_and_found(seed):
    x = RNG.normal(size=10_000)

    def f(x):
        g = np.cos(x)
        g[77] *= 1.01
        return np.sum(np.sin(x)), lambda u: (u * g,)

    report = check(f, x, seed=seed)
    assert report.mistake.kind == "some_elements"
    assert "77" in report.mistake.text


# Compositions.


def network(params, X, y, act=np.tanh):
    for W, b in params[:-1]:
        X = act(X @ W + b)
    W, b = params[-1]
    return np.mean((X @ W + b - y) ** 2)


def layers(*sizes):
    return [[RNG.normal(size=s) / s[0] ** 0.5, RNG.normal(size=s[1])] for s in itertools.pairwise(sizes)]


@pb.primitive
def wrong_tanh(x):
    return np.tanh(x), lambda u: (u * (1 - x**2),)


def test_the_guilty_pair_is_named_with_the_way_to_it():
    params, X, y = layers(3, 4, 4, 2), RNG.normal(size=(5, 3)), RNG.normal(size=(5, 2))
    report = check(lambda p: network(p, X, y, wrong_tanh), params)
    assert report.guilty.name == "wrong_tanh"
    assert report.guilty.where.startswith(__file__)
    assert "act(X @ W + b)" in report.guilty.called
    assert report.guilty.path == ["matmul", "add", "wrong_tanh"]
    assert report.mistake.kind == "other_derivative"


def test_a_hand_written_composition_is_blamed_through_the_pairs_it_calls():
    def f(x):
        a, back_a = wrong_tanh.vjp(x)
        y, back_y = pb.primitives.elementwise.sin.vjp(a)
        return y, lambda u: back_a(*back_y(u))

    assert check(f, RNG.normal(size=3)).guilty.name == "wrong_tanh"


def test_an_array_changed_between_value_and_vjp_is_named():
    def f(x):
        a, back_a = pb.primitives.elementwise.exp.vjp(x)
        a *= 0.5
        return a, lambda u: back_a(0.5 * u)

    line = check(f, np.array([1.0, 2.0])).line()
    assert line.startswith("f: wrong: 'y' of exp was changed in place between value and vjp")


# Gradients written by hand.


def hand_gradient(params, X, y, spoil=None):
    hs = [X]
    for W, b in params[:-1]:
        hs.append(np.tanh(hs[-1] @ W + b))
    d = 2 * (hs[-1] @ params[-1][0] + params[-1][1] - y) / y.size
    grads = []
    for i in reversed(range(len(params))):
        grads.insert(0, [hs[i].T @ d, d.sum(axis=0)])
        if i:
            d = (d @ params[i][0].T) * (1 if spoil == "forgotten" else 1 - hs[i] ** 2)
    if spoil == "rows":
        grads = pb.tree.map(lambda g: g * len(X), grads)
    if spoil == "sign":
        grads[0] = [-g for g in grads[0]]
    return grads


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [(None, None), ("rows", "sum_for_mean"), ("sign", "sign"), ("forgotten", "mask_missing")],
)
def test_gradients_written_by_hand(spoil, kind):
    params, X, y = layers(3, 6, 4), RNG.normal(size=(7, 3)), RNG.normal(size=(7, 4))
    report = check_gradient(network, lambda *a: hand_gradient(*a, spoil=spoil), params, X, y)
    assert (report.mistake and report.mistake.kind) == kind


def test_a_hundred_thousand_parameters_are_judged():
    params, X, y = layers(50, 250, 250, 100, 1), RNG.normal(size=(32, 50)), RNG.normal(size=(32, 1))
    report = check(lambda p: network(p, X, y, pb.primitives.activation.relu), params)
    assert report.verdict == "right"
    report = check_gradient(network, lambda *a: hand_gradient(*a, spoil="sign"), params, X, y)
    assert report.mistake.kind == "sign"


def test_the_smallest_failing_case_is_shown():
    assert check(mistakes.sign, mistakes.X).smallest == "x = [[0.]]"


def test_the_door_calls_it():
    assert pb.check(np.sin, 0.5)
    pb.assert_pair(np.sin, 0.5)
    with pytest.raises(AssertionError, match="the sign of the cotangent of x is flipped"):
        pb.assert_pair(mistakes.sign, np.ones(2))


def test_second_opinions():
    def hidden(x):
        return 1e-12 * np.sin(x) + 1e4, lambda u: (1e-12 * u * np.cos(x),)

    assert "the complex step, which has none, confirms it" in check(hidden, np.ones(2)).notes[0]
    note = check(mistakes.sign, np.array([1.0, 2.0])).notes[0]
    assert note == "the Taylor remainder falls as h^1.00, with the true gradient it would as h^2"


def test_an_array_changed_in_a_library_of_plain_closures_is_named():
    """As in thinc 9.1.1, whose residual writes the sum into the array that Relu takes its mask from."""

    def layer(x):
        kept = np.maximum(x, 0)
        return kept, lambda u: u * (kept > 0)

    def residual(x):
        y, back = layer(x)
        y += x
        return y.copy(), lambda u: (u + back(u),)

    assert check(residual, np.array([0.5, -1.0])).verdict == "right"  # y + x > 0 where y > 0

    def residual_of_a_shift(x):
        y, back = layer(x - 1)
        y += x
        return y.copy(), lambda u: (u + back(u),)

    report = check(residual_of_a_shift, np.array([0.5, -1.0, 1.5]))
    assert report.mistake.kind == "saved"
    here = "test_an_array_changed_in_a_library_of_plain_closures_is_named.<locals>.layer"
    assert f"'kept' of {here} was changed in place between value and vjp" in report.line()


@pb.primitive
def hinge(x, *, slope=0.25):
    """`x` where x > 0, else `slope x`; vjp: u, or u slope; kink: slope at 0."""
    return np.where(x > 0, x, slope * x), lambda u: (u * np.where(x >= 0, 1.0, slope),)


@pb.primitive
def larger(a, b):
    """`max(a, b)`; vjp: u where it was taken from; kink: half each at ties."""
    return np.maximum(a, b), lambda u: (u * (a >= b), u * (a < b))


def test_a_convention_that_the_docstring_states_is_tested():
    at_zero = pb.check(hinge, np.array([0.0, 1.0]))
    assert at_zero.verdict == "wrong"
    assert at_zero.line() == (
        "hinge: wrong: the docstring states 'kink: slope at 0', the cotangent of x follows 1"
    )
    assert pb.check(hinge, np.array([0.5, 1.0])).verdict == "right"
    ties = pb.check(larger, np.array([1.0, 2.0]), np.array([1.0, 3.0]))
    assert ties.line() == (
        "larger: wrong: the docstring states 'kink: half each at ties', the cotangent of a follows 1"
    )
    assert pb.check(activation.leaky_relu, np.array([0.0, -1.0])).verdict == "right"
    assert pb.check(np.maximum, np.ones(2), np.ones(2)).verdict == "right"
