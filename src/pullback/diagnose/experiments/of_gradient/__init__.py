"""Parts of the gradient experiment.

In reading order:

    _shapes     gradients that are no arrays like their parameters, or no numbers
    _match      an observed gradient against the true one, parameter by parameter
    _sharing    which rows a step used, and whether parameters share a buffer
    _one_row    one row's gradient, an outer product of an input and an error signal
    _right_signal  a right error signal times another input, or the input times another signal, by single rows
    _by_count   factors on fewer rows than a batch has
    _any_slope  some function in place of an activation's derivative
    _made_good  a gradient that is negated, or summed, and made good by the step
    _orders     gradients taken while some weights are new already
    _owed       the part of a gradient that a penalty in the loss owes to the weights
    _entries    single entries of a parameter, where the others of it are right
    _other_loss the exact gradient of another loss than the one given
    _meant_loss a loss that is no usual one, beside the exact gradient of a usual one
    _naming     which mistake gives an observed gradient
    _elsewhere  a second point, where at the first a true gradient is exactly zero
    _by_piece   a case whose parameters hold several layers, with each as a parameter
    _by_layer   a case whose units have a parameter each, with each layer's as one
"""
