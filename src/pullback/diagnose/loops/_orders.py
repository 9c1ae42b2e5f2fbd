"""Orders of our choosing in place of those a loop draws: what stands for `np.random`, `random`, generators.

A copy of a patient whose draws of orders (permutations, shuffles, choices of rows) are answered goes over
its rows in an order that is known. All else that is drawn, weights and masks say, is drawn as before.
"""

from __future__ import annotations

import copy
import random
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from pullback.diagnose.loops._clone import DRAWS

Answer = Callable[[int, int], np.ndarray]


class Orders:
    """The answers to draws of orders: `answer(k, n)` is what the draw of number `k`, of `n` things, gets."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[int] = []

    def __call__(self, n: int) -> np.ndarray:
        self.asked.append(n)
        return self.answer(len(self.asked) - 1, n)

    def memo(self) -> dict[int, Any]:
        """What stands in a copy for everything that draws orders."""
        drawn, lists = self._of_arrays(np.random.choice), self._of_lists(random)
        arrays = _Stand(np.random, drawn | {
            "default_rng": lambda *args: self._drawer(np.random.default_rng(*args)),
            "RandomState": lambda *args: self._drawer(np.random.RandomState(*args)),
        })  # fmt: skip
        by_name = [(getattr(np.random, k), f) for k, f in drawn.items()]
        by_name += [(getattr(random, k), f) for k, f in lists.items()]
        return {
            id(np): _Stand(np, {"random": arrays}), id(np.random): arrays, id(random): _Stand(random, lists),
            **{id(f): stand for f, stand in by_name}, DRAWS: self._drawer,
        }  # fmt: skip

    def _drawer(self, x: Any) -> Any:
        """A generator that draws as `x` does, but for orders; what is no generator as it is."""
        if isinstance(x, (np.random.Generator, np.random.RandomState)):
            return _Drawer(x, self._of_arrays(x.choice), self)
        return _Drawer(x, self._of_lists(x), self) if isinstance(x, random.Random) else x

    def _of_arrays(self, usual: Callable[..., Any]) -> dict[str, Callable[..., Any]]:
        def permutation(x: Any, axis: int = 0) -> Any:
            return self(int(x)) if np.ndim(x) == 0 else np.take(x, self(np.shape(x)[axis]), axis)

        def choice(
            a: Any, size: Any = None, replace: bool = True, p: Any = None, *args: Any, **kwargs: Any
        ) -> Any:
            n = int(a) if np.ndim(a) == 0 else len(a)
            if not isinstance(size, (int, np.integer)) or size > n or p is not None:
                return usual(a, size, replace, p, *args, **kwargs)
            rows = self(n)[:size]
            return rows if np.ndim(a) == 0 else np.asarray(a)[rows]

        return {"permutation": permutation, "shuffle": self._shuffle, "choice": choice}

    def _of_lists(self, usual: Any) -> dict[str, Callable[..., Any]]:
        def sample(population: Any, k: int, **kwargs: Any) -> Any:
            if k > len(population) or kwargs:
                return usual.sample(population, k, **kwargs)
            return [population[i] for i in self(len(population))[:k]]

        return {"shuffle": self._shuffle, "sample": sample}

    def _shuffle(self, x: Any, *_: Any) -> None:
        order = self(len(x))
        x[:] = x[order] if isinstance(x, np.ndarray) else [x[i] for i in order]


class _Stand(types.ModuleType):
    """A module, with some functions exchanged."""

    def __init__(self, module: types.ModuleType, others: dict[str, Any]) -> None:
        super().__init__(module.__name__)
        self.__dict__.update(others, _module=module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_module"], name)


class _Drawer:
    """A generator, with some methods exchanged."""

    def __init__(self, usual: Any, others: dict[str, Any], orders: Orders) -> None:
        self.__dict__.update(others, _usual=usual, _orders=orders)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_usual"], name)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return self._orders._drawer(copy.deepcopy(self._usual, memo))


def in_order(_: int, n: int) -> np.ndarray:
    """The answer that leaves everything where it is."""
    return np.arange(n)


__all__ = ["Answer", "Orders", "in_order"]
