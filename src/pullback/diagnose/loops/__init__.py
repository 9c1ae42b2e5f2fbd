"""The loop under examination: called safely, copied, watched.

In reading order:

    _sandbox     other people's code: prints kept, time limited, errors with their line
    _clone       copies of functions, closures, classes and arrays
    _footprint   whether anything that a function goes by has changed
    _orders      what answers a loop's draws of orders
    _given       what a patient must be before it is examined
    _patient     the loop under examination, by the names of the protocol
"""
