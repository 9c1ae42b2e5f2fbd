"""Packages that can be called: `pullback.check(f, x)` is `pullback.check.check(f, x)`.

The function that a package is named after is what its users want first; without this, importing the
package would hide the function of the same name behind the door.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


def callable_package(name: str, function: str) -> None:
    """Let the package `name`, when called, call its function of the name `function`."""

    class CallablePackage(ModuleType):
        def __call__(self, *args: Any, **settings: Any) -> Any:
            return getattr(self, function)(*args, **settings)

        def __repr__(self) -> str:
            return f"<callable package {name}>"

    sys.modules[name].__class__ = CallablePackage
