"""Parts of the treatment experiment.

In reading order:

    _pairing     whether a model knows which target is which row's
    _uneven      columns of very unlike or unusual sizes
    _comparing   the runs of one patient and what share of the improvement each gets
    _batches     too few rows at a time, or too many for the steps there are
    _breaking    loops that break into NaN or inf, by their formula or by their step
    _dying       a step size that falls to nothing before the loop has got anywhere
    _fading      a stack of layers through which the signal fades, or grows
    _flat        units that work on their flat part because of what the model itself does
    _held_back   wrong gradients without a name, in loops that learn by them all the same
    _columns     features on scales that one step size cannot serve together
    _mending     each thing that can be mended alone, and what it says of the cause
    _odds        a bias for a logistic regression whose layer cannot be read off
    _ones        a bias for any model, by a column of ones beside X
    _partly      loops that get most of the way, and what keeps them from the rest
    _penalties   weights drawn to zero: by a penalty in the loss, or by the step itself, and what that costs
    _scales      targets, and features made in the model, on unlike or large scales
    _stalled     entries of a linear model that hardly move, as large columns hold them
    _widths      widths at which the units tell no rows apart
"""
