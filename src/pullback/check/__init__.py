"""Which gradient is wrong, and how: any pair, traced function or hand-written gradient is judged.

In reading order:

    _subject       what is checked, in one form
    _laws          what holds without differences
    _differences   derivatives by differences, each with a measured bound
    _evidence      what a pair gave beside what differences give
    _fit           one hypothesis against one wrong cotangent
    _mistakes      the hypotheses
    _terms         mistakes inside a formula, found by making them
    _shapes        cotangents of other shapes
    _second        the complex step and the Taylor remainder
    _judge         right, wrong or cannot tell
    _shrink        the smallest case that still fails
    _large         naming where there is too much for the whole Jacobian
    _blame         the guilty pair of a composition
    _report        one result in every form
    _check         check, check_gradient, assert_pair
    _seeds         mistakes to order, made of right pairs
    _cases         right pairs to make them of
    _scores        the figures of a self-test
    _selftest      the checker checked
    _cli           the command line's part
    _pytest        the pytest plugin
"""

from pullback._callable import callable_package
from pullback.check._check import assert_pair, check, check_gradient
from pullback.check._fit import Mistake
from pullback.check._report import Report

__all__ = ["Mistake", "Report", "assert_pair", "check", "check_gradient"]

callable_package(__name__, "check")
