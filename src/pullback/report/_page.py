"""One run as one page that needs nothing else: no network, no script, no other file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from pullback.page import Curve, document, lines, scatter
from pullback.page import escaped as _e
from pullback.report._figures import confusion_matrix
from pullback.report._tables import LABELS, shown_columns, written
from pullback.typing import Array

_TEXTS = ("kind", "values", "use", "value", "as a bar", "RMSE as a bar")
MOST_COLUMNS, MOST_CLASSES, MOST_BARS = 200, 15, 25


class Facts(NamedTuple):
    """All that a page shows.

    Attributes
    ----------
    summary : mapping
        What `pullback train --json` prints.
    history : sequence of mappings
        The records of the epochs.
    columns : sequence of mappings
        Name, kind, gaps and values of each column of the table.
    true, predicted : arrays
        Of the test rows: targets and predictions `(n,)`; for classes their places, and
        probabilities `(n, n_classes)`.
    classes : list of str, or None
    importance : sequence of (name, rise, spread)
        How much worse the model is where a column is shuffled.
    without : str
        Why there is no importance, if there is none.
    loading : str
        Python that loads the model and predicts.
    commands : str
        The same on the command line.
    """

    summary: Mapping[str, Any]
    history: Sequence[Mapping[str, Any]]
    columns: Sequence[Mapping[str, Any]]
    true: Array
    predicted: Array
    classes: list[str] | None
    importance: Sequence[tuple[str, float, float]]
    without: str
    loading: str
    commands: str


def page(facts: Facts) -> str:
    """The page's HTML."""
    said = facts.summary
    title = f"{said['target']}, predicted from the table {said['data']}"
    sections = {
        "Health": _health(facts), "Metrics": _metrics(facts), "Learning curve": _curve(facts),
        "Errors": _errors(facts) if facts.classes is None else _confusion(facts),
        "Importance": _importance(facts), "Data": _data(facts), "Load the model": _load(facts),
        "Settings": _settings(facts),
    }  # fmt: skip
    links = "".join(f"<a href='#{_slug(name)}'>{name}</a> " for name in sections)
    body = "".join(
        f"<section aria-labelledby='{_slug(name)}'><h2 id='{_slug(name)}'>{name}</h2>{text}</section>"
        for name, text in sections.items()
    )
    nav = f"<nav aria-label='Sections'>{links}</nav>"
    return document(title, _lead(facts) + nav, body)


def _lead(facts: Facts) -> str:
    said = facts.summary
    metrics = said["metrics"]
    own = metrics["network"]["test"]
    first = next(iter(own))
    unit = f" {said['unit']}" if said["unit"] and facts.classes is None else ""
    text = (
        f"On {said['test_rows']:,} rows that it never saw the network has {_a(LABELS[first])} of "
        f"<strong>{written(first, own[first])}</strong>{'' if not unit else f' (in units of{_e(unit)})'}"
    )
    others = {name: by[("test")][first] for name, by in metrics.items() if name != "network"}
    if others:
        better = min if first == "rmse" else max
        name = better(others, key=lambda n: others[n])
        text += f"; {_e(name)}, the best that it was compared with, has {written(first, others[name])}"
    tiles = [(f"test {LABELS[k]}", written(k, v)) for k, v in own.items()]
    tiles += [("rows", f"{said['rows']:,}"), ("columns used", f"{len(said['features']):,}"),
              ("time", f"{said['seconds']:.1f} s")]  # fmt: skip
    cells = "".join(f"<div><dt>{_e(k)}</dt><dd>{_e(v)}</dd></div>" for k, v in tiles)
    note = f"<p class='bad'>{_e(said['note'])}</p>" if said["note"] else ""
    return f"{note}<p>{text}.</p><dl class='tiles'>{cells}</dl>"


def _health(facts: Facts) -> str:
    warned = facts.summary.get("health") or []
    parts = [f"<p class='bad'><strong>Warning.</strong> {_e(text)}</p>" for text in warned]
    if not warned:
        parts.append("<p class='good'>The watchers of the fit found nothing wrong.</p>")
    return "".join(parts) + f"<p>How the run ended: {_e(facts.summary['message'])}.</p>"


def _metrics(facts: Facts) -> str:
    metrics = facts.summary["metrics"]
    columns = shown_columns(metrics)
    head = [f"{rows} {LABELS[name]}" if first else LABELS[name] for rows, name, first in columns]
    rows = []
    for name, by_rows in metrics.items():
        cells = "".join(f"<td>{written(key, by_rows[part][key])}</td>" for part, key, _ in columns)
        kind = " class='own'" if name == "network" else ""
        rows.append(f"<tr{kind}><th scope='row'>{_e(name)}</th>{cells}</tr>")
    unit = facts.summary["unit"]
    said = "All were fitted to the same training rows" + (f"; errors in {unit}" if unit else "") + "."
    return _table(["", *head], rows, said)


def _curve(facts: Facts) -> str:
    if not facts.history:
        return "<p>No epoch was completed.</p>"
    epochs = np.arange(1, len(facts.history) + 1)
    train = _floats(facts.history, "train_loss")
    val = _floats(facts.history, "val_loss")
    best = facts.summary["best_epoch"]
    said = f"Loss by epoch: training from {train[0]:.4g} to {train[-1]:.4g}"
    curves = [Curve("training", epochs, train, "one")]
    if np.isfinite(val).any():
        curves.append(Curve("validation", epochs, val, "two"))
        said += f", validation from {val[0]:.4g} to {val[-1]:.4g}; the best epoch is {best}"
    key = "<span class='key'></span> training, mean over the epoch &ensp; "
    key += "<span class='key two'></span> validation, after the epoch &ensp; dotted upright: the best epoch"
    chart = lines(curves, xlabel="epoch", ylabel="loss", said=said + ".", mark=best or None)
    rows = [f"<tr><td>{i}</td><td>{a:.5g}</td><td>{b:.5g}</td></tr>" for i, a, b in zip(epochs, train, val)]
    numbers = _table(["epoch", "training", "validation"], rows[:: max(1, len(rows) // 100)], "Losses.")
    return f"<figure>{chart}<figcaption>{key}</figcaption></figure>{_folded('The numbers', numbers)}"


def _errors(facts: Facts) -> str:
    """Errors by tenths of the target, and predictions over targets."""
    true, predicted = facts.true, facts.predicted
    edges = np.unique(np.quantile(true, np.linspace(0, 1, 11)))
    place = np.clip(np.searchsorted(edges, true, side="right") - 1, 0, max(0, len(edges) - 2))
    found = []
    for i in np.unique(place):
        error = predicted[place == i] - true[place == i]
        span = f"{_short(edges[i])} to {_short(edges[min(i + 1, len(edges) - 1)])}"
        found.append((span, len(error), float(np.sqrt(np.mean(error**2))), float(error.mean())))
    top = max(row[2] for row in found) or 1.0
    rows = [
        _row(span, f"{n:,}", f"{rmse:.4g}", f"{mean:+.3g}", bar=rmse / top) for span, n, rmse, mean in found
    ]
    unit = facts.summary["unit"]
    named = facts.summary["target"] + (f" ({unit})" if unit else "")
    said = "Test rows by tenths of the target: the RMSE, and the mean of predicted minus true."
    head = [f"true {named}", "rows", "RMSE", "mean error", "RMSE as a bar"]
    chart = scatter(
        true, predicted, xlabel=f"true {named}", ylabel="predicted",
        said=f"Predictions over true targets of {len(true):,} test rows, around the diagonal.",
    )  # fmt: skip
    key = "A dot a test row, 800 of them at most; on the dotted line predicted and true are the same."
    return _table(head, rows, said) + f"<figure>{chart}<figcaption>{key}</figcaption></figure>"


def _confusion(facts: Facts) -> str:
    """Which class was taken for which, and how far the probabilities can be trusted."""
    classes = facts.classes or []
    predicted = facts.predicted.argmax(axis=1)
    counts = confusion_matrix(predicted, facts.true.astype(int), len(classes))
    shown = np.argsort(-counts.sum(axis=1), kind="stable")[:MOST_CLASSES]
    shown = np.sort(shown)
    rows = []
    for i in shown:
        share = counts[i] / max(1, counts[i].sum())
        colours = [f"background:rgba(var(--shade),{0.55 * share[j]:.2f})" for j in shown]
        cells = "".join(f"<td style='{c}'>{counts[i, j]:,}</td>" for c, j in zip(colours, shown))
        rows.append(f"<tr><th scope='row'>{_e(classes[i])}</th>{cells}</tr>")
    more = f" The {len(shown)} largest of {len(classes)}." if len(classes) > len(shown) else ""
    said = "Test rows by true and predicted class." + more
    matrix = _table(["true \\ predicted", *(classes[j] for j in shown)], rows, said, "heat")
    own = []
    for i in shown:
        n, right, taken = counts[i].sum(), counts[i, i], counts[:, i].sum()
        recall, precision = (_percent(right, n), _percent(right, taken))
        own.append(_row(classes[i], f"{n:,}", recall, precision))
    each = _table(
        ["class", "test rows", "found (recall)", "right where said (precision)"], own, "Each class."
    )
    return matrix + each + _trust(facts.predicted.max(axis=1), predicted == facts.true)


def _trust(probability: Array, right: Array) -> str:
    """Of the predictions of such a probability, how many are right."""
    place = np.minimum((probability * 10).astype(int), 9)
    rows = []
    for i in np.unique(place):
        chosen = place == i
        said = (f"{100 * part[chosen].mean():.0f} %" for part in (probability, right))
        rows.append(_row(f"{i * 10} to {i * 10 + 10} %", f"{chosen.sum():,}", *said))
    head = ["probability given", "test rows", "mean of them", "right"]
    return "<h3>Can the probabilities be trusted?</h3>" + _table(
        head, rows, "Where the last two columns agree, they can."
    )


def _importance(facts: Facts) -> str:
    if facts.without:
        return f"<p>Not measured: {_e(facts.without)}.</p>"
    top = max(max(rise for _, rise, _ in facts.importance), 1e-12)
    ordered = sorted(facts.importance, key=lambda found: -found[1])
    rows = [
        _row(name, f"{rise:.4g}", f"± {spread:.2g}", bar=rise / top)
        for name, rise, spread in ordered[:MOST_BARS]
    ]
    what = "RMSE" if facts.classes is None else "log loss"
    more = f" The {MOST_BARS} of most of {len(ordered)} columns." if len(ordered) > MOST_BARS else ""
    said = f"How much the {what} on test rows rises where a column is shuffled among them.{more}"
    return _table(["column", "rise", "spread", "as a bar"], rows, said) + (
        "<p class='soft'>Columns that say the same share what they are worth, and each may look small.</p>"
    )


def _data(facts: Facts) -> str:
    said = facts.summary
    parts = (
        f"{said['rows']:,} rows: {said['train_rows']:,} to train on, {said['val_rows']:,} to choose the best "
    )
    parts += f"epoch by, {said['test_rows']:,} that are looked at once, for the figures above."
    notes = "".join(f"<li>{_e(note)}</li>" for note in said.get("notes", ()))
    rows = []
    for fact in facts.columns[:MOST_COLUMNS]:
        use = "target" if fact["name"] == said["target"] else fact.get("left_out") or "used"
        use = use if use in ("target", "used") else f"left out: {use}"
        counts = f"<td>{fact['missing']:,}</td><td>{fact['distinct']:,}</td>"
        words = f"<td class='long'>{_values(fact)}</td><td class='long'>{_e(use)}</td>"
        name = f"<th scope='row'>{_e(fact['name'])}</th><td class='left'>{fact['kind']}</td>"
        rows.append(f"<tr>{name}{counts}{words}</tr>")
    more = f" The first {MOST_COLUMNS} of {len(facts.columns)}." if len(facts.columns) > MOST_COLUMNS else ""
    head = ["column", "kind", "missing", "distinct", "values", "use"]
    return f"<p>{parts}</p>{f'<ul>{notes}</ul>' if notes else ''}" + _table(head, rows, "The columns." + more)


def _values(fact: Mapping[str, Any]) -> str:
    if fact["kind"] == "texts":
        return ", ".join(f"{_e(text)} ({count:,})" for text, count in fact["common"])
    if "min" not in fact:
        return "none"
    low, high, middle = (_short(fact[key]) for key in ("min", "max", "median"))
    return f"{low} to {high}, median {middle}"


def _load(facts: Facts) -> str:
    return (
        f"<h3>In Python</h3><pre tabindex='0'>{_e(facts.loading)}</pre>"
        f"<h3>On the command line</h3><pre tabindex='0'>{_e(facts.commands)}</pre>"
    )


def _settings(facts: Facts) -> str:
    said = {name: value for name, value in facts.summary["settings"].items() if value not in (None, [], "")}
    rows = [
        f"<tr><th scope='row'>{_e(k)}</th><td class='long'>{_e(str(v))}</td></tr>" for k, v in said.items()
    ]
    return _folded("What was asked for", _table(["setting", "value"], rows, "Settings of the run."))


def _row(name: str, *cells: str, bar: float | None = None) -> str:
    """A row of a table: its heading, its cells, and a bar."""
    text = "".join(f"<td>{cell}</td>" for cell in cells)
    return f"<tr><th scope='row'>{_e(name)}</th>{text}{'' if bar is None else _bar(bar)}</tr>"


def _table(head: Sequence[str], rows: Sequence[str], said: str, kind: str = "") -> str:
    left = " class='left'"
    cells = "".join(
        f"<th scope='col'{left if name in _TEXTS else ''}>{_e(name)}</th>" if name else "<td></td>"
        for name in head
    )
    return (
        f"<div class='wide' tabindex='0' role='region' aria-label='{_e(said)}'><table class='{kind}'>"
        f"<caption>{_e(said)}</caption><thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _folded(said: str, text: str) -> str:
    return f"<details><summary>{_e(said)}</summary>{text}</details>"


def _bar(share: float) -> str:
    kind = " class='minus'" if share < 0 else ""
    return f"<td class='bar'><span{kind} style='width:{100 * min(1.0, abs(share)):.1f}%'></span></td>"


def _short(x: float) -> str:
    """Four digits, and no power of ten where the number can be read without."""
    return f"{x:,.0f}" if 1e4 <= abs(x) < 1e12 else f"{x:.4g}"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "-"


def _floats(records: Sequence[Mapping[str, Any]], name: str) -> Array:
    return np.array([np.nan if r.get(name) is None else r[name] for r in records], float)


def _a(name: str) -> str:
    return f"{'an' if name[0] in 'aR' else 'a'} {name}"


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")
