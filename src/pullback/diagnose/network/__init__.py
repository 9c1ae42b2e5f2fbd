"""What a loop trains: layers, units, output and objective, inferred from recordings and values.

In reading order:

    _marked      objectives whose classes are marked by other numbers, or weigh unlike
    _families    activations with a number of their own
    _functions   activations, outputs and objectives, right and wrong
    _recognised  which of these give the losses of rows
    _layer       one layer, as it lies in the parameters
    _by_number   layers whose units are written out one by one
    _anatomy     layers, output and objective read off recordings
    _head        output and objective of any model, by its predictions
"""
