"""Train small networks from gradients you can read, and find out why one is not learning.

In reading order, which is import order: a file imports only from those above it.

    errors          what happened, where, expected, got, what to try
    typing          the types our signatures speak of
    tree            nested lists, tuples, dicts and dataclasses of arrays
    pair            what a pair is and the laws it obeys; @primitive
    _where          the user's file and line
    _dispatch       from a NumPy call to the primitive that answers it
    primitives/     arithmetic, linear, reduction, shape, activation, loss: one shape for every file
    trace           traced arrays and the tape
    transforms      vjp, grad, value_and_grad, jvp, jacobian, hessian, hvp
    program         a function recorded as a flat list of NumPy calls
    nn              layers and initialisers as plain functions over parameter trees
    files           arrays, trees and text on disk: whole or not there, never pickled
    data/           loaders, splits, transforms fitted on the training rows only
    train/          optimisers, schedules, the loop, history, checkpoints
    report/         figures and tables of a run
    cli             pullback train | predict
"""
