"""What a step did to its parameters, and the update rules that reproduce it.

In reading order:

    _moves          what step did, and the update rules that reproduce it
    _adaptive       update rules that divide by squares
    _coefficients   what such a rule keeps, read off its moves
    _fed            the update rule by itself, fed with gradients of our choosing
    _kept           what a step keeps between calls
    _own_rates      whether parameters move at rates that someone gave each of them
"""
