"""Why a training loop does not learn, by experiments on copies of it.

In reading order:

    _rules         how recorded calls take their cotangents back
    _recorded      arrays that note every call made on them
    _standins      float and math, where they are recorded
    _patches       functions of NumPy that would lose the notes
    _record        user code run on such arrays
    _clone         copies of functions, closures, classes and arrays
    _sandbox       other people's code: prints kept, time limited, errors with their line
    _patient       the loop under examination, by the names of the protocol
    _truth         the true gradient, checked by differences
    _functions     activations, outputs and objectives, right and wrong, known by their values
    _layer         one layer, as it lies in the parameters
    _by_number     layers whose units are written out one by one
    _anatomy       layers, output and objective read off recordings
    _head          output and objective of any model, by its predictions
    _tapes         recordings with their layers found, and other ways back through them
    _folded        weights that hold their layer's bias
    _scaled        wrong gradients of what multiplies entry by entry
    _cofactors     wrong backward passes of products of two computed values
    _minuses       wrong backward passes that forget a minus
    _outputs       wrong backward passes of the output
    _other_outputs wrong error signals of another softmax than the loss's
    _softmaxed     wrong backward passes of a softmax
    _misindexed    wrong backward passes of loops over the layers whose index is off
    _overwritten   wrong backward passes of values written over
    _misplaced     wrong gradients of another input or error signal
    _spoiled       all wrong backward passes, made one mistake at a time
    _pieces        parameters that hold several layers, taken apart
    _moves         what step did, and the update rules that reproduce it
    _adaptive      update rules that divide by squares
    _coefficients  what such a rule keeps, read off its moves
    _fed           the update rule by itself, fed with gradients of our choosing
    _kept          what a step keeps between calls
    _rows          the rows a step takes by itself
    _runs          training runs, as written and mended
    _fast          runs as machine code
    _machine       which runs are made so
    _findings      one fault with its evidence
    _points        where a patient is measured
    _quick         its loss and gradient, as soon as they can be had
    _case          every measurement the experiments share
    _unrolled      steps of many updates, taken apart
    experiments/   one file, one experiment, one shape
    _experiments   their order
    _proof         the run that proves what arithmetic found
    _verdict       the ranking
    _report        line, paragraph, JSON
    _page          the page, and the part of a notebook
    _own           runs of this library
    _torch         PyTorch loops
    _torch_record  their losses, recorded
    _door          diagnose, diagnose_torch
    _cli           what the command does
"""

from __future__ import annotations

from pullback._callable import callable_package
from pullback.diagnose._cli import run_file
from pullback.diagnose._door import diagnose, diagnose_file, diagnose_torch
from pullback.diagnose._findings import Finding
from pullback.diagnose._verdict import Diagnosis

__all__ = ["Diagnosis", "Finding", "diagnose", "diagnose_file", "diagnose_torch", "run_file"]

callable_package(__name__, "diagnose")
