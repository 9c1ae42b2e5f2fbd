"""The vocabulary of faults and the page of each: what `pullback diagnose --explain ID` prints."""

from __future__ import annotations

from difflib import get_close_matches
from importlib.resources import files

from pullback.errors import ArgumentError

GROUPS: dict[str, tuple[str, ...]] = {
    "step size and schedule": (
        "lr_too_large", "lr_too_small", "too_few_steps", "batch_size_unsuitable", "regularisation_too_strong",
    ),
    "gradient formula": (
        "grad_sign_flipped", "grad_reduction_sum", "grad_averaged_twice", "grad_transposed",
        "grad_wrong_input", "grad_wrong_delta", "grad_missing_activation_derivative",
        "grad_activation_derivative_wrong", "grad_drops_upstream", "grad_bias_wrong", "grad_constant_factor",
        "grad_not_zeroed",
    ),
    "update rule": (
        "layer_not_updated", "params_not_updated", "update_order", "momentum_state_wrong",
        "optimizer_state_mutated", "optimizer_state_shared", "inplace_mutation",
    ),
    "initialisation and signal": (
        "init_zero", "init_symmetric", "init_too_large", "init_too_small", "dead_relu",
        "saturated_activation", "vanishing_gradient", "exploding_gradient",
    ),
    "model": (
        "no_bias", "missing_nonlinearity", "capacity_too_small", "output_range_clipped", "missing_softmax",
        "double_softmax", "softmax_single_output", "softmax_wrong_axis",
    ),
    "loss": (
        "loss_wrong_for_task", "loss_formula_wrong", "loss_broadcast", "loss_reporting_wrong",
        "loss_unstable",
    ),
    "data": (
        "inputs_unscaled", "targets_unscaled", "labels_misaligned", "labels_wrong", "data_not_shuffled",
        "batch_indexing_wrong", "nan_in_data", "class_imbalance", "dtype_truncation",
    ),
    "generalisation and evaluation": (
        "label_leakage", "train_test_leakage", "overfitting", "eval_wrong_split", "metric_wrong",
        "dropout_at_eval", "dropout_scale_wrong", "replica_desync",
    ),
}  # fmt: skip
"""Every id a diagnosis may name, group by group."""

IDS = tuple(name for names in GROUPS.values() for name in names)


def explain(fault: str) -> str:
    """The page of one fault: its look, its neighbours, the experiment, the fix, a patient.

    Parameters
    ----------
    fault : str
        An id, as in `Diagnosis.faults[0].id`.

    Returns
    -------
    str
        Markdown.

    Raises
    ------
    ArgumentError
        Where there is no such fault; it names the nearest ids and the groups.
    """
    if fault not in IDS:
        near = _near(fault)
        groups = "\n".join(f"    {group}: {', '.join(names)}" for group, names in GROUPS.items())
        raise ArgumentError(
            f"there is no fault {fault!r}",
            expected=f"one of these ids\n{groups}",
            hint=" or ".join(near) if near else "an id of the list",
        )
    return (files("pullback.diagnose") / "faults" / f"{fault}.md").read_text(encoding="utf-8")


def _near(fault: str) -> list[str]:
    asked = fault.strip().lower().replace("-", "_").replace(" ", "_")
    found = get_close_matches(asked, IDS, 3, 0.6)
    return found or [name for name in IDS if len(asked) > 2 and asked in name][:3]


def show(fault: str) -> None:
    """Print a page: set in the terminal, as plain Markdown anywhere else."""
    from rich.console import Console
    from rich.markdown import Markdown

    text, console = explain(fault), Console()
    if console.is_terminal:
        console.print(Markdown(text, code_theme="ansi_dark"))
    else:
        print(text, end="")
