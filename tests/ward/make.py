"""Writes the ward's patients from its voices: `python tests/ward/make.py`.

A voice is a training loop as one particular person would write it (`voices/*.txt`), right as it stands,
followed by its edits: what that person might get wrong, or might write differently and still be right.

    # key: value                     network, task, style; `pred` and `true` say how verify.py reads
                                     predictions, `least` the quality it asks, `keys` names in a dict
                                     in the order in which they are written there,
                                     `part` the part it belongs to, where that is not left to the draw
    ...the loop...
    @@ fault_id | where[, where] | also=id, id
    old text ~> new text             the old text stands once in the loop; ⏎ is a line break
    @@ healthy | what looks wrong and is right
    old text ~> new text

Whole voices are dealt to `open/` and `held/`, so that no loop in the part kept unseen resembles one in the
other, and each fault is spread over both. File names are drawn, once; the truths stand in `truth.json`.
"""

from __future__ import annotations

import json
import random
import re
from itertools import count
from pathlib import Path

HERE = Path(__file__).parent
SEED = 20
SETTING = r'(?:"?(?!n_steps = \d+$)[\w ,]+"?(?: =|:) [-\d., e]+)+,?'


class BrokenError(Exception):
    """A voice or an edit that cannot be read."""


def parse(path: Path) -> dict:
    """One voice: its facts, its loop, its edits."""
    head, *edits = re.split(r"^@@ ", path.read_text(), flags=re.M)
    facts, code = {}, []
    for line in head.splitlines():
        fact = re.match(r"# (network|task|style|pred|true|least|keys|part): (.*)", line) if not code else None
        if fact:
            facts[fact[1]] = fact[2]
        else:
            code.append(line)
    base = "\n".join(code).strip() + "\n"
    keys = facts.pop("keys", "").split()
    return {
        "name": path.stem,
        "part": facts.pop("part", None),
        "facts": facts,
        "code": base,
        "edits": [edit(path, base, keys, text) for text in edits],
    }


def edit(path: Path, base: str, keys: list[str], text: str) -> dict:
    """One edit of a voice: the fault, where it is, and the loop that has it."""
    title, *lines = text.strip().splitlines()
    name, where, *rest = [part.strip() for part in title.split("|")] + [""]
    extra = dict(part.split("=", 1) for part in rest if part)
    code = changed(path, title, base, lines)
    settings = [line for line in lines if setting(line)]
    whole = extra.pop("alone", "") == "no" or len(settings) == len([line for line in lines if line.strip()])
    places = [w.strip() for w in where.split(",")] if name != "healthy" else []
    return {
        "id": name,
        "where": [str(keys.index(w)) for w in places if w in keys] + places,
        "note": where if name == "healthy" else "",
        "also": [a.strip() for a in extra.pop("also", "").split(",") if a.strip()],
        "facts": extra,
        "code": code,
        "mended": base if whole else changed(path, title, base, settings),
    }


def setting(line: str) -> bool:
    """Whether a change is of a setting's number only, no part of the fault where there are other changes."""
    old, _, new = line.partition(" ~> ")
    return bool(re.fullmatch(SETTING, old.strip()) and re.fullmatch(SETTING, new.strip()))


def changed(path: Path, title: str, code: str, lines: list[str]) -> str:
    """The loop after these changes."""
    for line in filter(str.strip, lines):
        if " ~> " not in line and not line.endswith(" ~>"):
            raise BrokenError(f"{path.name}: {title}: no arrow in {line!r}")
        old, new = (part.replace("⏎", "\n") for part in (line + " ").split(" ~> ", 1))
        if code.count(old) != 1:
            raise BrokenError(f"{path.name}: {title}: {old!r} stands {code.count(old)} times")
        code = code.replace(old, new[:-1])
    return code


def settled_parts() -> dict[str, str]:
    """Where each voice was dealt before: what was kept unseen stays unseen when voices are added."""
    truth = HERE / "truth.json"
    return {t["voice"]: t["part"] for t in json.loads(truth.read_text()).values()} if truth.exists() else {}


def settled_names() -> dict[tuple[str, str, str], str]:
    """The file of each patient written before: its name stays its own when voices are added."""
    truth = HERE / "truth.json"
    if not truth.exists():
        return {}
    files = {name: (t, HERE / t["part"] / name) for name, t in json.loads(truth.read_text()).items()}
    return {(t["voice"], t["id"], path.read_text()): name
            for name, (t, path) in files.items() if path.exists()}  # fmt: skip


def deal(voices: list[dict], rng: random.Random) -> dict[str, str]:
    """Deal whole voices to the two parts so that each fault, and the number of files, is balanced."""
    ids = {name: [e["id"] for e in v["edits"]] + ["healthy"] for name, v in ((v["name"], v) for v in voices)}
    kinds = sorted({i for has in ids.values() for i in has})
    settled = settled_parts() | {v["name"]: v["part"] for v in voices if v["part"]}
    side = {name: rng.choice((-1, 1)) for name in ids}
    side |= {name: 1 if settled[name] == "open" else -1 for name in ids if name in settled}
    free = sorted(set(ids) - set(settled))
    total = {k: sum(has.count(k) for has in ids.values()) for k in kinds}

    def cost() -> float:
        tilt = {k: sum(side[n] * has.count(k) for n, has in ids.items()) for k in kinds}
        alone = sum(abs(t) == total[k] for k, t in tilt.items() if total[k] > 1)
        return 10 * alone + sum(max(abs(t) - 1, 0) for t in tilt.values()) + abs(sum(tilt.values())) / 10

    best, heat = cost(), 3.0
    for _ in range(20000 if free else 0):
        flipped = rng.sample(free, min(len(free), rng.choice((1, 1, 2))))
        for name in flipped:
            side[name] *= -1
        new = cost()
        if new <= best or rng.random() < 2.718 ** ((best - new) / heat):
            best = new
        else:
            for name in flipped:
                side[name] *= -1
        heat = max(heat * 0.9995, 1e-3)
    return {name: "open" if s > 0 else "held" for name, s in side.items()}


def patients() -> list[dict]:
    """Every patient of every voice, numbered and dealt."""
    voices = [parse(path) for path in sorted((HERE / "voices").glob("*.txt"))]
    part = deal(voices, random.Random(SEED))
    base = {"id": "healthy", "where": [], "note": "", "also": [], "facts": {}}
    out: list[dict] = []
    for voice in voices:
        for one in [{**base, "code": voice["code"], "mended": voice["code"]}, *voice["edits"]]:
            out.append({**one, "voice": voice["name"], "part": part[voice["name"]],
                        "facts": {**voice["facts"], **one["facts"]}})  # fmt: skip
    random.Random(SEED + 1).shuffle(out)
    settled, twins = settled_names(), {}
    new = count(max((int(name[1:-3]) for name in settled.values()), default=0) + 1)
    for one in out:
        one["file"] = settled.pop((one["voice"], one["id"], one["code"]), None) or f"p{next(new):03d}.py"
    out.sort(key=lambda one: one["file"])
    for voice in voices:
        twins[voice["name"]] = next(p["file"] for p in out if p["code"] == voice["code"])
    for one in out:
        one["twin"] = twins[one["voice"]]
    return out


def main() -> None:
    """Write both parts and the truths."""
    truth, everyone = {}, patients()
    for part in ("open", "held"):
        (HERE / part).mkdir(exist_ok=True)
        for old in (HERE / part).glob("p*.py"):
            old.unlink()
    for one in everyone:
        (HERE / one["part"] / one["file"]).write_text(one["code"])
        truth[one["file"]] = {
            "part": one["part"], "id": one["id"], "where": one["where"], "also": one["also"],
            "note": one["note"], "twin": one["twin"], "voice": one["voice"], **one["facts"],
        }  # fmt: skip
    lines = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in truth.items())
    (HERE / "truth.json").write_text("{\n" + lines + "\n}\n")
    print(f"{len(truth)} patients")


if __name__ == "__main__":
    main()
