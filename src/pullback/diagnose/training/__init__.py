"""Training runs: as written, mended, as machine code.

In reading order:

    _gathers    the rows a step takes out of all, read off a recording of it
    _rows       the rows a step takes by itself
    _runs       training runs, as written and mended
    _fast       runs as machine code
    _machine    which runs are made so
    _foretold   the loop as written, ended early where its rule tells the rest
"""
