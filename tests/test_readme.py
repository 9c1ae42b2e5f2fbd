"""The README's Python runs, as it stands."""

import re
from pathlib import Path

README = (Path(__file__).parent.parent / "README.md").read_text()


def test_the_examples_run():
    scope: dict = {}
    for block in re.findall(r"```python\n(.*?)```", README, re.S):
        exec(compile(block, "README.md", "exec"), scope)
    assert scope["result"].curve("val_loss")[-1] < 0.1 * scope["result"].curve("val_loss")[0]
    assert scope["H"].shape == (2, 3, 2, 3)
    assert str(scope["found"]).splitlines()[0] in README
    assert scope["model"].score(scope["X"][800:], scope["y"][800:, 0]) > 0.8
