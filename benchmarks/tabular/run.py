"""`make bench-tabular`: the accuracy and the time of the tabular presets, into `results/tabular.{json,md}`.

    python benchmarks/tabular/run.py research splits blocked alone sets --seeds 5

Sections that were measured are not measured again (`--fresh` does), and a run that was cut off goes on where
it ended. Times are of `fit`: by the clock, and the processor's. The load average says what else ran.
"""

import argparse
import warnings

import california
import sets
from page import write_page
from records import Records

SECTIONS = {
    "research": california.research,
    "splits": california.splits,
    "blocked": california.blocked,
    "alone": california.alone,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sections", nargs="*", help=f"{', '.join(SECTIONS)}, sets; all, where none is named")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=2, help="of the cross-validation of the sets")
    parser.add_argument("--fresh", action="store_true", help="forget all that was measured before")
    parser.add_argument("--models", nargs="+", default=(), help="these alone, by their names in the tables")
    asked = parser.parse_args()
    warnings.filterwarnings("ignore", message="X does not have valid feature names")
    unknown = set(asked.sections) - {*SECTIONS, "sets"}
    if unknown:
        parser.error(f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}, sets")
    records = Records(asked.models)
    if asked.fresh:
        records.rows = []
    for section in asked.sections or [*SECTIONS, "sets"]:
        if section == "sets":
            sets.sets(records, asked.repeats)
        else:
            SECTIONS[section](records, asked.seeds)
        write_page(records.rows)
    write_page(records.rows)


if __name__ == "__main__":
    main()
