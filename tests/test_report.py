"""The page of a run: whole, without a network, readable without eyes, and true to the run."""

import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from pullback import files, runs
from pullback.errors import FileError
from pullback.page import _charts

VOID = {"meta", "circle", "path", "polyline", "br"}


class Outline(HTMLParser):
    """Checks that every tag is closed in its order, and keeps headings, ids, links and pictures."""

    def __init__(self, text):
        super().__init__()
        self.open, self.headings, self.ids, self.links, self.pictures, self.tables = [], [], [], [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        assert not {"src", "onclick"} & attrs.keys()
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("h1", "h2", "h3"):
            self.headings.append(int(tag[1]))
        self.ids += [attrs["id"]] if "id" in attrs else []
        self.links += [attrs["href"]] if tag == "a" else []
        self.pictures += [attrs.get("aria-label")] if tag == "svg" else []
        self.tables += ["table"] if tag == "table" else ["caption"] if tag == "caption" else []

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


def trained(folder, table, target, **settings):
    table.to_csv(folder / "t.csv", index=False)
    asked = runs.Settings(str(folder / "t.csv"), target, **{"preset": "fast", **settings})
    return runs.train_run(asked, folder / "run").folder


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(300, 2)), columns=["strong", "<weak> & co"])
    X["kind"] = rng.choice(["a", "b"], 300)
    X.loc[::9, "strong"] = np.nan
    y = 5 * X["strong"].fillna(0) + (X["kind"] == "a") + 0.1 * rng.normal(size=300)
    return X.assign(same=1, price=y, sort=np.select([y > 2, y < -2], ["high", "low"], "middle"))


CASES = {
    "numbers": ("price", {"drop": ("sort",)}),
    "classes": ("sort", {"drop": ("price",)}),
    "plain": ("price", {"preset": "plain", "epochs": 3, "drop": ("sort", "kind", "strong")}),
}


@pytest.mark.parametrize("case", CASES)
def test_the_page_is_whole_and_needs_nothing_else(case, table, tmp_path):
    target, settings = CASES[case]
    folder = trained(tmp_path, table, target, **settings)
    path = runs.report_run(folder)
    text = path.read_text()
    outline = Outline(text)
    assert path == folder / "report.html"
    assert not re.search(r"https?:|<script|@import|url\(", text)
    assert "<html lang='en'>" in text
    assert "name='viewport'" in text
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    assert all(later <= before + 1 for before, later in zip(outline.headings, outline.headings[1:]))
    assert sorted(outline.links) == sorted(f"#{name}" for name in outline.ids)
    assert outline.pictures
    assert all(outline.pictures)
    assert outline.tables == ["table", "caption"] * (len(outline.tables) // 2)
    said = files.read_json(folder / "summary.json")
    first = next(iter(said["metrics"]["network"]["test"].values()))
    assert f"<strong>{first:.4f}" in text or f"<strong>{first:.3f}" in text
    assert "&lt;weak&gt; &amp; co" in text
    assert "<weak>" not in text
    assert "left out: 1 in every row" in text


def test_the_column_that_matters_stands_first(table, tmp_path):
    folder = trained(tmp_path, table, "price", drop=("sort",))
    text = runs.report_run(folder, tmp_path / "page.html").read_text()
    part = text[text.index("id='importance'") : text.index("id='data'")]
    names = re.findall(r"<th scope='row'>(.*?)</th>", part)
    assert names[0] == "strong"
    assert sorted(names) == ["&lt;weak&gt; &amp; co", "kind", "strong"]


def test_the_python_on_the_page_runs(table, tmp_path, monkeypatch):
    folder = trained(tmp_path, table, "sort", drop=("price",))
    text = runs.report_run(folder).read_text()
    monkeypatch.chdir(tmp_path)
    table.head(3).to_csv("new.csv", index=False)
    code = re.search(r"<h3>In Python</h3><pre tabindex='0'>(.*?)</pre>", text, re.S)[1]
    scope = {}
    code = code.replace("&#x27;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    exec(code.replace("model.predict(X)", "found = model.predict(X)"), scope)
    assert set(scope["found"]) <= {"high", "middle", "low"}


def test_without_its_table_the_page_says_so(table, tmp_path):
    folder = trained(tmp_path, table, "price", drop=("sort",))
    (tmp_path / "t.csv").unlink()
    text = runs.report_run(folder).read_text()
    assert "Not measured: the table cannot be read again" in text
    assert "Errors" in text


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(FileError) as error:
        runs.report_run(tmp_path)
    assert str(error.value) == (
        f"{tmp_path} holds no run that has ended\n"
        "  expected: the files summary.json and model.safetensors, "
        f"which `pullback train --out {tmp_path}` writes\n"
        "  try: name the folder of a run; `pullback train` prints it"
    )


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-3.2, 9.9), (1e-9, 3e-9), (0, 1e7), (2.0, 2.0)])
def test_ticks_are_few_round_and_within(low, high):
    found = _charts.ticks(low, high)
    assert 1 <= len(found) <= 11
    assert all(low - 1e-12 <= t <= high + 1e-9 * abs(high) for t in found)


@pytest.mark.parametrize(("low", "high"), [(0.01, 1.0), (0.3, 0.5), (1e-8, 1e3), (0.44, 0.45)])
def test_logarithmic_ticks_are_within(low, high):
    assert all(low * 0.999 <= t <= high * 1.001 for t in _charts.log_ticks(low, high))
    assert _charts.log_ticks(low, high)


def test_losses_that_are_not_positive_or_not_finite_are_drawn():
    epochs = np.arange(1, 4)
    for losses in ([1.0, 0.0, -1.0], [np.nan, 1.0, 2.0], [2.0, 2.0, 2.0]):
        curve = _charts.Curve("training", epochs, np.array(losses), "one")
        assert "nan" not in _charts.lines([curve], xlabel="epoch", ylabel="loss", said="a curve")
