"""Fixes in PyTorch's own words, and what its objects tell of parameters that stay."""

from __future__ import annotations

from typing import Any

FIXES = {
    "grad_not_zeroed": "call optimizer.zero_grad() before every loss.backward()",
    "double_softmax": "leave nn.Softmax or nn.Sigmoid off the model's end: this loss applies its own",
    "softmax_wrong_axis": "softmax over the classes: dim=1",
    "data_not_shuffled": "draw the batches with DataLoader(..., shuffle=True)",
    "class_imbalance": "weight the rare class (weight= or pos_weight= of the loss), or draw it more often "
    "(WeightedRandomSampler)",
}


def in_its_words(faults: list[Any], loop: Any) -> None:
    """Say fixes as one says them of a PyTorch loop."""
    for f in faults:
        if f.id in ("layer_not_updated", "params_not_updated") and f.where != "model":
            _of_still(f, loop)
        elif f.confidence > 0.5:
            f.fix = FIXES.get(f.id, f.fix)


def _of_still(f: Any, loop: Any) -> None:
    """Why a parameter stays, where PyTorch's objects say so: the evidence, and the fix."""
    k = f.where if isinstance(f.where, int) else 0
    if k >= len(loop.ours):
        return
    p = loop.ours[k]
    held = any(p is q for group in loop.optimizer.param_groups for q in group["params"])
    listed = any(p is q for _, q in loop.model.named_parameters())
    for reason, evidence, fix in (
        (not listed and not held, "neither model.parameters() nor the optimiser has it", _LIST),
        (not p.requires_grad, "its requires_grad is False", "set it to True, and give it to the optimiser"),
        (not held, "the optimiser does not hold it", "make the optimiser with model.parameters()"),
        (f.id == "layer_not_updated", "the optimiser holds it", _ARRIVE),
        (True, "the optimiser holds it", _STEP),
    ):
        if reason:
            f.evidence, f.fix = f"{f.evidence}; {evidence}", fix
            return


_LIST = "keep layers in nn.ModuleList, weights in nn.Parameter: then model.parameters() has them"
_ARRIVE = "let its gradient come: no detach(), .data, .item() or torch.no_grad() on the way to the loss"
_STEP = "zero_grad(), then loss.backward(), then optimizer.step(), at a step size that is not 0"

__all__ = ["in_its_words"]
