"""Parts of the update experiment.

In reading order:

    _answered         what a step makes of gradients chosen for it, where it asks `grad`
    _averaged         the gradient of a step that draws noise, such as a dropout mask, anew
    _masks            what dropout's masks in a step keep, and by how much they scale it
    _behind_squares   wrong gradients behind a rule that divides by the root of their squares
    _by_rows          how far a step goes against the number of its rows
    _cut_gradients    adaptive rules fed with gradients that are cut off at a bound
    _denominators     what adaptive rules divide by, read off the moves
    _first_move       what the first move looks like, and what gradient the step met inside
    _floors           gradients of a loss whose logarithm has a floor
    _frozen           parameters that a step does not move, and why
    _looked_up        tables of which a step treats one half otherwise than the other
    _staircase        parameters behind a step function, which no gradient reaches
    _fading           how earlier gradients fade from a move, and whether anyone means that
    _memories         what moves keep of earlier ones, and whether anyone means that
    _partly_cleared   buffers of gradients of which a step clears some numbers only
    _taken_once       steps that go by the first gradient for ever
    _signal_kept      error signals inside the backward pass that are never cleared
    _meant            steps that fit no usual rule, and are meant as they are
    _linear_rules     moves that are fixed multiples of this and earlier gradients
    _gathered         steps that gather the gradients of several batches before they move
    _windows          moves by the mean of the last few gradients
    _mispaired        a step that gives rows other rows' targets, or outputs other outputs'
    _outgrown         biases that come back from a step in a larger shape
    _out_of_place     numbers that a step moves from another's place, or out of turn
    _pooled_moments   moments of an adaptive rule that only some parameters share
    _pooled_norms     kept squares of gradients' norms, each parameter's own or shared
    _one_array        what a step keeps in two places, if it is one array
    _rooted           a loss that is the root of what the step brings down
    _unmasked         gradients under dropout's masks, and a mask that is forgotten on the way back
    _standing         what a step does when it is given one and the same weights again and again
    _leaf_by_leaf     moves that no one rule explains, parameter by parameter
    _together         the gradient of the updates within one step, over all their rows
"""
