"""Each fault has one page, true to the code; the loop on it runs and gets that fault's name first.

A fixed tenth of the loops is diagnosed here; `PULLBACK_FAULT_PAGES=all` diagnoses all of them.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import pullback.diagnose
from pullback.diagnose._door import diagnose
from pullback.diagnose._explain import GROUPS, IDS, explain, show
from pullback.errors import ArgumentError

PACKAGE = Path(pullback.diagnose.__file__).parent
INDEX = Path(__file__).parent.parent / "docs" / "faults.md"
SECTIONS = [
    "What it looks like",
    "Told from its neighbours",
    "The experiment",
    "The fix",
    "A patient",
]
UNSEEN = "The diagnosis cannot see this from "
TODAY = re.compile(r"The diagnosis names `(\w+)` first today")


def section(page: str, title: str) -> str:
    return re.split(r"^## ", page, flags=re.M)[1 + SECTIONS.index(title)]


def chosen() -> list[str]:
    if os.environ.get("PULLBACK_FAULT_PAGES") == "all":
        return list(IDS)
    return sorted(IDS, key=lambda name: hashlib.sha256(name.encode()).digest())[: len(IDS) // 10]


def test_every_fault_has_exactly_one_page():
    assert len(set(IDS)) == len(IDS) == 62
    assert sorted(path.stem for path in (PACKAGE / "faults").iterdir()) == sorted(IDS)


def test_every_fault_the_code_names_has_a_page():
    start = re.compile(r'"((?:grad|init|loss|lr|labels|softmax|optimizer|dropout)_[a-z_]+)",\s+"')
    named = {name for path in PACKAGE.rglob("*.py") for name in start.findall(path.read_text())}
    assert len(named) > 20
    assert named <= set(IDS)


@pytest.mark.parametrize("fault", IDS)
def test_a_page_has_one_shape(fault):
    page = explain(fault)
    assert page.startswith(f"# {fault}: ")
    assert re.findall(r"^## (.+)$", page, re.M) == SECTIONS
    assert 25 <= len([line for line in page.splitlines() if line]) <= 60
    assert max(map(len, page.splitlines())) <= 110
    code = page.split("```python\n")
    assert len(code) == 3
    assert len([line for line in code[2].split("```")[0].splitlines() if line]) < 30


@pytest.mark.parametrize("fault", IDS)
def test_what_a_page_names_exists(fault):
    page = explain(fault)
    neighbours = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", section(page, "Told from its neighbours")))
    assert len(neighbours) >= 2
    assert neighbours <= set(IDS) - {fault}
    modules = re.findall(r"experiments/[\w/]+\.py", section(page, "The experiment"))
    assert modules
    assert all((PACKAGE / module).is_file() for module in modules)


def test_the_index_links_every_page_in_its_group():
    text = INDEX.read_text()
    for group, names in GROUPS.items():
        table = re.split(r"^## ", text.lower().split(f"## {group}\n")[1], flags=re.M)[0]
        linked = re.findall(r"\[`(\w+)`\]\(\.\./src/pullback/diagnose/faults/(\w+)\.md\)", table)
        assert linked == [(name, name) for name in names]


def test_a_tenth_of_the_pages_is_of_many_groups(monkeypatch):
    monkeypatch.delenv("PULLBACK_FAULT_PAGES", raising=False)
    tenth = chosen()
    assert len(tenth) == 6
    assert sum(any(name in tenth for name in names) for names in GROUPS.values()) >= 3


@pytest.mark.filterwarnings("ignore")  # the loops overflow, as they are said to
@pytest.mark.parametrize("fault", chosen())
def test_the_patient_of_a_page_is_named(fault, tmp_path):
    page = explain(fault)
    file = tmp_path / "patient.py"
    file.write_text(page.split("```python\n")[2].split("```")[0])
    found = [f.id for f in diagnose(file, budget=20).faults]
    today = TODAY.search(page)
    if today:
        assert found[:1] == [today[1]]
        assert today[1] != fault
    elif UNSEEN in page:
        assert fault not in found
    else:
        assert found[:1] == [fault]


def test_an_unknown_fault_is_answered_with_near_ones_and_all_groups():
    with pytest.raises(ArgumentError) as error:
        explain("dead_rellu")
    text = str(error.value)
    assert text.startswith("there is no fault 'dead_rellu'\n  expected: one of these ids\n")
    assert text.endswith("\n  try: dead_relu")
    assert all(f"    {group}: {', '.join(names)}" in text for group, names in GROUPS.items())


@pytest.mark.parametrize(("asked", "near"), [("NaN in data", "nan_in_data"), ("leakage", "label_leakage")])
def test_a_fault_is_found_by_a_part_of_its_name(asked, near):
    with pytest.raises(ArgumentError) as error:
        explain(asked)
    assert near in str(error.value).rsplit("try: ")[1]


def test_a_page_is_plain_markdown_where_it_is_no_terminal(capsys):
    show("dead_relu")
    assert capsys.readouterr().out == explain("dead_relu")


def test_the_command_prints_a_page_and_refuses_an_unknown_one():
    command = [sys.executable, "-c", "from pullback.cli import main; main()", "diagnose", "--explain"]
    page = subprocess.run([*command, "no_bias"], capture_output=True, text=True, check=True)
    assert page.stdout == explain("no_bias")
    wrong = subprocess.run([*command, "no_buas"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 1
    assert wrong.stdout == ""
    assert "there is no fault 'no_buas'" in wrong.stderr
    assert "try: no_bias" in wrong.stderr
