"""The bar that long work shows: epoch, losses, and the time that is left."""

from __future__ import annotations

from typing import Any

from pullback.train._result import Epoch


class Progress:
    """A bar over all rows of all epochs; nothing at all where it was not asked for."""

    def __init__(self, shown: bool, epochs: int, done: int, rows: int) -> None:
        self.epochs, self.bar = epochs, None
        if shown:
            self.bar = _bar()
            self.task = self.bar.add_task(f"epoch {done + 1}/{epochs}", total=epochs * rows, losses="")
            self.bar.advance(self.task, done * rows)

    def __enter__(self) -> Progress:
        if self.bar is not None:
            self.bar.start()
        return self

    def __exit__(self, *unused: Any) -> None:
        if self.bar is not None:
            self.bar.stop()

    def advance(self, rows: int) -> None:
        """So many rows more have been seen."""
        if self.bar is not None:
            self.bar.advance(self.task, rows)

    def record(self, record: Epoch) -> None:
        """An epoch is done."""
        if self.bar is not None:
            losses = f"train {record.train_loss:.4g}"
            if record.val_loss is not None:
                losses += f"  val {record.val_loss:.4g}"
            number = min(record.epoch + 1, self.epochs)
            self.bar.update(self.task, description=f"epoch {number}/{self.epochs}", losses=losses)


def _bar() -> Any:
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    return Bar(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[losses]}"),
        TimeRemainingColumn(),
    )  # fmt: skip
