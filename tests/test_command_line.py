"""Every example of docs/command_line.md runs, and prints what the page says, but for figures."""

import contextlib
import io
import re
import runpy
import shlex
import sys
from pathlib import Path

import pytest

from pullback import cli

PAGE = (Path(__file__).parent.parent / "docs" / "command_line.md").read_text()
FILES = dict(re.findall(r"`(\w+\.py)`:\n\n```python\n(.*?)```", PAGE, re.S))
EXAMPLES = re.findall(r"```console\n\$ (pullback [^\n]+)\n(.*?)```", PAGE, re.S)
STATUS = {"check": 1, "diagnose": 1}  # what they are shown is wrong


def printed(command):
    out, status = io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out):
        patch.setattr(sys, "argv", shlex.split(command))
        patch.setenv("COLUMNS", "100")
        try:
            cli.main()
        except SystemExit as end:
            status = end.code or 0
    return status, out.getvalue().replace(f"{Path.cwd()}/", "")


def words(text):
    """The lines that hold no measured figure, and not those of what was tried."""
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line and not re.search(r"\d\.\d|[┏┡└━┃]|/|epoch|^tried", line)]


def test_the_examples_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, code in FILES.items():
        (tmp_path / name).write_text(code)
    runpy.run_path("make_tables.py")
    for command, shown in EXAMPLES:
        status, out = printed(command)
        assert status == STATUS.get(command.split()[1], 0), command
        for line in words(shown):
            assert line in words(out), command
    assert (tmp_path / "patients.html").read_text().startswith("<!doctype html>")


def test_every_command_has_an_example():
    commands = {command.callback.__name__ for command in cli.app.registered_commands}
    assert {example.split()[1] for example, _ in EXAMPLES} == commands
    assert all(shown.strip() for _, shown in EXAMPLES)
