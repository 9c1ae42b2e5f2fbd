"""PyTorch loops as patients.

In reading order:

    _given    what is given of a loop, and what cannot be taken
    _beside   what it has beside its model and its optimiser
    _alone    one row of a model that normalises by batches
    _loop     model, loss, optimiser and rows as a patient
    _narrow   what breaks in its own precision alone
    _drawn    what its loss draws at random
    _judged   what its loss makes of outputs that are put into it
    _reach    whose outputs a target is held against
    _mixed    rows of a batch that its model mixes
    _ruled    what PyTorch's own losses are given
    _single   a softmax, or a norm, over one number
    _whole_numbers  inputs that lose their fractions
    _floored  a ReLU before a cross-entropy
    _call     calls that NumPy has no counterpart of
    _record   its losses, recorded
    _meant    gradients of a loss at other rows or weights
    _fed      the gradients that its optimiser is given
    _words    fixes in PyTorch's own words
    _raised   what PyTorch's errors mean
"""
