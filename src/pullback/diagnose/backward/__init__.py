"""Wrong backward passes of a recorded loss, made one mistake at a time.

In reading order:

    _tapes           recordings with their layers found, and other ways back through them
    _pieces          parameters that hold several layers, taken apart
    _stacked         units with a parameter each, put together
    _folded          weights that hold their layer's bias
    _scaled          wrong gradients of what multiplies entry by entry
    _gates           activations between a cell's sums and its state
    _inner           what activations are put together of
    _learned         wrong backward passes of activations with a parameter of their own
    _joined          wrong ways of joining a slope to the error signal
    _cofactors       wrong backward passes of products of two computed values
    _quotients       wrong backward passes of quotients of computed values
    _largest         wrong backward passes of largest values
    _minuses         wrong backward passes that forget a minus
    _statistics      wrong backward passes of normalisations
    _outputs         wrong backward passes of the output
    _other_outputs   wrong error signals of another softmax than the loss's
    _softmaxed       wrong backward passes of a softmax
    _misindexed      wrong backward passes of loops over the layers whose index is off
    _truncated       wrong backward passes of recurrences whose steps stand alone
    _summands        wrong backward passes of losses that are a sum
    _overwritten     wrong backward passes of values written over
    _misplaced       wrong gradients of another input or error signal
    _uses            wrong backward passes of parameters that are used more than once
    _junctions       wrong backward passes of values that are used more than once
    _carried         wrong backward passes through another matrix than the layer's own
    _unfed           weights handed down without the error signal
    _spoiled         all wrong backward passes, made one mistake at a time
"""
