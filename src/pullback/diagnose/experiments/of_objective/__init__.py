"""Parts of the objective experiment.

In reading order:

    _cancelling   errors that are averaged before they are squared, and cancel
    _exchanged    a cross-entropy whose predictions and labels have changed places
    _grades       whether the numbers of several classes stand in an order
    _half_reduced one of two terms that is divided by the number of rows, where the other is not
    _half_told    a loss in which the rows of one of two labels have no part
    _least        whether the loss of a number is least anywhere at all
    _multiplied   a loss that is multiplied by the number of rows where it should be divided
    _softmax      values that sum to one, over what, how often, and where none do
    _regardless   a loss that is the same whatever parameters it is given
    _rewarded     a penalty that is subtracted, so that large weights are paid for
    _slopes       the loss's slope by the last sums, row by row
    _reach        whether the output can come to the targets at all
    _task         whether the objective suits what y holds, classes or numbers
    _unpaired     a loss that does not see which target belongs to which row
    _unpriced     an output that brings every row's loss down, whatever its target
    _unread       a loss in which no target has a part
"""
