"""The loop under examination: called safely, copied, watched.

In reading order:

    _sandbox     other people's code: prints kept, time limited, errors with their line
    _undisturbed working folder, paths, variables of the system as they were before
    _uncopied    what no copy can be made of
    _clone       copies of functions, closures, classes and arrays
    _footprint   whether anything that a function goes by has changed
    _orders      what answers a loop's draws of orders
    _leaves      the leaves of parameters, in order and put back
    _matrices    a loop of matrices as one of arrays
    _returned    what the loop's functions return, read as it is meant
    _given       what a patient must be before it is examined
    _patient     the loop under examination, by the names of the protocol
"""
