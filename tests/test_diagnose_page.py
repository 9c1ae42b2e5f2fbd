"""The page of a diagnosis and its part of a notebook: whole, with the proof, quiet to what stands beside."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest

from pullback import page
from pullback.diagnose import diagnose
from pullback.diagnose._page import document, fragment

X = np.random.default_rng(0).normal(size=(60, 3))
Y = X @ np.array([[1.0], [-2.0], [0.5]]) + 1
VOID = {"meta", "br", "circle", "path", "polyline"}


def loss(p, X, y):
    return np.mean((X @ p[0] + p[1] - y) ** 2)


def step(sign):
    def one(p, X, y):
        e = 2 * (X @ p[0] + p[1] - y) / len(X)
        return [p[0] - sign * 0.1 * X.T @ e, p[1] - sign * 0.1 * e.sum(0)], loss(p, X, y)

    return one


@pytest.fixture(scope="module")
def uphill():
    start = [np.zeros((3, 1)), np.zeros(1)]
    return diagnose(params=start, X=X, y=Y, loss=loss, step=step(-1), n_steps=200)


class Open(HTMLParser):
    """Tags that are never closed, and everything a page would fetch."""

    def __init__(self, text):
        super().__init__()
        self.stack, self.fetched = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.fetched += [value for name, value in attrs if name in ("src", "href") and value[0] != "#"]
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.stack.pop() == tag


@pytest.mark.parametrize("page", [document, fragment])
def test_it_is_whole_and_fetches_nothing(uphill, page):
    found = Open(page(uphill))
    assert found.stack == []
    assert found.fetched == []


def test_the_page_shows_the_run_that_proves_the_cause(uphill):
    assert uphill.faults[0].id == "grad_sign_flipped"
    curves = uphill.faults[0].curves
    assert list(curves) == ["as written", "exact gradient at the loop's rate"]
    assert curves["as written"][1][-1] > 1e6
    assert curves["exact gradient at the loop's rate"][1][-1] < 1e-6
    assert "exact gradient at the loop&#x27;s rate: " in document(uphill)


def test_a_notebook_s_style_reaches_only_its_own_part(uphill):
    style = re.search("<style>(.*?)</style>", fragment(uphill), re.DOTALL)[1]
    outside, nested = style.split(".pullback {\nfigure", 1)
    selectors = re.findall(r"([^{}]*){", outside.replace("@media (prefers-color-scheme: dark) {", ""))
    assert {s.strip() for s in selectors} == {".pullback"}
    assert nested.count("{") == nested.count("}") - 1


def test_a_healthy_loop_s_page_says_so():
    start = [np.zeros((3, 1)), np.zeros(1)]
    found = diagnose(params=start, X=X, y=Y, loss=loss, step=step(1), n_steps=200)
    assert re.search(
        r"experiments found nothing wrong; its loss ends at .* constant has .* Adam gets", document(found)
    )
    assert Open(document(found)).stack == []


def test_numbers_below_a_long_axis_do_not_touch_and_a_short_curve_beside_a_long_one_is_seen():
    long = page.Curve("as written", np.linspace(0, 165120, 40), np.full(40, 107.0), "two")
    short = page.Curve("mended", np.linspace(0, 1500, 16), np.linspace(0.5, 0.2, 16), "one")
    for curves in ([long], [long, short]):
        drawn = page.lines(curves, xlabel="step", ylabel="loss", said="two runs")
        marks = re.findall(r"<text x='([\d.]+)' y='254' text-anchor='middle'>(\d[^<]*)</text>", drawn)
        ends = [(float(x) - 3.5 * len(word), float(x) + 3.5 * len(word)) for x, word in marks]
        assert len(ends) >= 3
        assert all(a[1] < b[0] for a, b in pairwise(ends))
    across = [float(p.split(",")[0]) for p in re.search(r"class='one' points='([^']*)'", drawn)[1].split()]
    assert max(across) - min(across) > 150
