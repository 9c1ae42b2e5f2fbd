"""scikit-learn's callbacks, from 1.9 on: every epoch of a fit is a task of theirs.

`model.set_callbacks(ProgressBar())` then works as for scikit-learn's own estimators, in pipelines and
searches too. With an older scikit-learn there is no `set_callbacks`, and `callbacks=` works as ever.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pullback.train import Epoch
from pullback.typing import Tree

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:  # before 1.9

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Nothing to support."""

    def with_callbacks(method: Callable[..., Any]) -> Callable[..., Any]:
        """`method` itself."""
        return method


class Tasks:
    """A fit as scikit-learn's callbacks see it: one task, and in it a task for each epoch.

    Parameters
    ----------
    model : estimator
    data : dict
        `X`, `y` and `metadata`, as `fit` was given them.
    networks, epochs : int
        How many are trained, and for how long at most.
    patience : int or None
    """

    def __init__(
        self, model: Any, data: dict[str, Any], networks: int, epochs: int, patience: int | None
    ) -> None:
        self.model, self.data, self.epochs, self.patience = model, data, epochs, patience
        self.stopped, self.left = False, 0
        self.open: Any = None
        self.best: tuple[float, int] = (float("inf"), 0)
        self.whole: Any = None
        if hasattr(model, "_init_callback_context"):
            self.whole = model._init_callback_context(max_subtasks=networks * epochs)
            self.whole.call_on_fit_task_begin(estimator=model, **data)

    def begin(self) -> None:
        """A network's training begins."""
        self.left, self.best = self.epochs, (float("inf"), 0)
        self._next()

    def epoch(self, record: Epoch, attributes: Callable[[], dict[str, Any]]) -> bool:
        """An epoch has ended, and `attributes` make the estimator as it would now be; whether to stop."""
        if self.open is None:
            return False
        self.stopped = self._end(attributes)
        score = record.train_loss if record.val_loss is None else record.val_loss
        if score < self.best[0]:
            self.best = (score, record.epoch)
        waited = self.patience is not None and record.epoch - self.best[1] >= self.patience
        if self.left and not self.stopped and not waited:
            self._next()
        return self.stopped

    def end_network(self) -> None:
        """A network's training has ended, perhaps within an epoch."""
        if self.open is not None:
            self._end(None)

    def end(self) -> None:
        """The fit has ended."""
        if self.whole is not None:
            self.whole.call_on_fit_task_end(estimator=self.model, **self.data, reconstruction_attributes=dict)

    def _next(self) -> None:
        self.left -= 1
        if self.whole is not None:
            self.open = self.whole.subcontext(task_name="epoch")
            self.open.call_on_fit_task_begin(estimator=self.model, **self.data)

    def _end(self, attributes: Callable[[], dict[str, Any]] | None) -> bool:
        task, self.open = self.open, None
        assert task is not None
        more = {} if attributes is None else {"reconstruction_attributes": attributes}
        return bool(task.call_on_fit_task_end(estimator=self.model, **self.data, **more))


def seen_by(tasks: Tasks, attributes: Callable[[Tree], dict[str, Any]]) -> Callable[[Epoch, Tree], Any]:
    """A callback of `pullback.fit` that tells the tasks."""
    return lambda record, params: tasks.epoch(record, lambda: attributes(params))
