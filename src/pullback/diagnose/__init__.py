"""Why a training loop does not learn, by experiments on copies of it.

In reading order:

    recording/     user code run on arrays that note every call
    loops/         the loop under examination: called safely, copied, watched
    _truth         the true gradient, checked by differences
    network/       what the loop trains: layers, units, output and objective, never read off names
    backward/      wrong backward passes of a recorded loss, made one mistake at a time
    updates/       what a step did, and the update rules that reproduce it
    training/      training runs: as written, mended, as machine code
    _findings      one fault with its evidence
    _columnwise    what is said of every column, a piece of the rows at a time
    _points        where a patient is measured
    _quick         its loss and gradient, as soon as they can be had
    _fresh         fresh weights, and the last ones before a loop breaks
    _measured      what is measured of a loss, without training
    _case          every measurement the experiments share
    _unrolled      steps of many updates, taken apart
    experiments/   one file, one experiment, one shape
    _experiments   their order
    _proof         the run that proves what arithmetic found
    _right_loss    the loss in the form the targets ask for
    _afterwards    what else is wrong with the first fault mended
    _anew          the loop with its rows, or its first weights, mended
    _verdict       the ranking
    _explain       what each fault is, for those who read a report
    _report        line, paragraph, JSON
    _page          the page, and the part of a notebook
    _own           runs of this library
    pytorch/       PyTorch loops as patients, and their fixes in its words
    _door          diagnose, diagnose_torch
    _cli           what the command does
    _ward          the score on loops whose faults are known
"""

from __future__ import annotations

from pullback._callable import callable_package
from pullback.diagnose._cli import run_file
from pullback.diagnose._door import diagnose, diagnose_file, diagnose_torch
from pullback.diagnose._findings import Finding
from pullback.diagnose._verdict import Diagnosis

__all__ = ["Diagnosis", "Finding", "diagnose", "diagnose_file", "diagnose_torch", "run_file"]

callable_package(__name__, "diagnose")
