"""User code run on arrays that note every call.

In reading order:

    _rules      how recorded calls take their cotangents back
    _recorded   arrays that note every call made on them
    _matrices   those of `np.matrix`
    _standins   float and math, where they are recorded
    _patches    functions of NumPy that would lose the notes
    _record     user code run on such arrays
"""
