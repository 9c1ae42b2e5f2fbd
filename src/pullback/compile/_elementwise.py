"""What the elementwise functions of NumPy and SciPy are in the text of a loop program.

`{0}` and on are the arguments. In `SAME` they are converted to the dtype of the result first, in `COMMON`
to the dtype that NumPy finds for all of them, and the result is a truth value.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

SAME: dict[Any, str] = {
    np.add: "{0} + {1}", np.subtract: "{0} - {1}", np.multiply: "{0} * {1}", np.divide: "{0} / {1}",
    np.negative: "-{0}", np.positive: "{0}", np.absolute: "abs({0})", np.fabs: "abs({0})",
    np.conjugate: "{0}", np.real: "{0}", np.copy: "{0}", np.astype: "{0}",
    np.maximum: "maximum({0}, {1})", np.minimum: "minimum({0}, {1})",
    np.fmax: "({1} if {0} != {0} else {0} if {1} != {1} else maximum({0}, {1}))",
    np.fmin: "({1} if {0} != {0} else {0} if {1} != {1} else minimum({0}, {1}))",
    np.square: "{0} * {0}", np.reciprocal: "1 / {0}", np.sqrt: "sqrt({0})", np.cbrt: "cbrt({0})",
    np.exp: "exp({0})", np.exp2: "exp2({0})", np.expm1: "expm1({0})", np.log: "log({0})",
    np.log2: "log2({0})", np.log10: "log10({0})", np.log1p: "log1p({0})",
    np.sin: "sin({0})", np.cos: "cos({0})", np.tan: "tan({0})", np.arcsin: "arcsin({0})",
    np.arccos: "arccos({0})", np.arctan: "arctan({0})", np.sinh: "sinh({0})", np.cosh: "cosh({0})",
    np.tanh: "tanh({0})", np.arcsinh: "arcsinh({0})", np.arccosh: "arccosh({0})", np.arctanh: "arctanh({0})",
    np.hypot: "hypot({0}, {1})", np.arctan2: "arctan2({0}, {1})", np.copysign: "copysign({0}, {1})",
    np.power: "power({0}, {1})", np.float_power: "power({0}, {1})", np.fmod: "fmod({0}, {1})",
    np.remainder: "remainder({0}, {1})", np.floor_divide: "floor_divide({0}, {1})",
    np.logaddexp: "logaddexp({0}, {1})", np.logaddexp2: "logaddexp2({0}, {1})",
    np.deg2rad: f"{{0}} * {math.pi / 180!r}", np.rad2deg: f"{{0}} * {180 / math.pi!r}",
    np.floor: "floor({0})", np.ceil: "ceil({0})", np.trunc: "trunc({0})", np.fix: "trunc({0})",
    np.rint: "rint({0})", np.nextafter: "nextafter({0}, {1})",
    np.sinc: f"(1.0 if {{0}} == 0.0 else sin({math.pi!r} * {{0}}) / ({math.pi!r} * {{0}}))",
    np.zeros_like: "0", np.ones_like: "1", np.empty_like: "0",
    np.bitwise_and: "{0} & {1}", np.bitwise_or: "{0} | {1}", np.bitwise_xor: "{0} ^ {1}",
    np.sign: "({0} if ({0} != {0}) | ({0} == 0) else copysign(1, {0}))",
    np.heaviside: "({0} if {0} != {0} else {1} if {0} == 0 else copysign(0.5, {0}) + 0.5)",
}  # fmt: skip

COMMON: dict[Any, str] = {
    np.greater: "{0} > {1}", np.greater_equal: "{0} >= {1}", np.less: "{0} < {1}",
    np.less_equal: "{0} <= {1}", np.equal: "{0} == {1}", np.not_equal: "{0} != {1}",
    np.isnan: "{0} != {0}", np.isinf: "abs({0}) == inf", np.isfinite: "abs({0}) < inf",
    np.signbit: "copysign(1, {0}) < 0",
}  # fmt: skip

TRUTH: dict[Any, str] = {
    np.logical_and: "{0} & {1}", np.logical_or: "{0} | {1}", np.logical_xor: "{0} ^ {1}",
    np.logical_not: "not {0}", np.invert: "not {0}",
}  # fmt: skip

SPECIAL = {
    "expit": "expit({0})",
    "erf": "erf({0})",
    "erfc": "erfc({0})",
    "gammaln": "gammaln({0})",
    "log_expit": "(minimum({0}, 0) - log1p(exp(-abs({0}))))",
    "logit": "log({0} / (1 - {0}))",
    "ndtr": f"0.5 * erfc(-{{0}} * {math.sqrt(0.5)!r})",
    "xlogy": "(0 if ({0} == 0) & ({1} == {1}) else {0} * log({1}))",
    "xlog1py": "(0 if ({0} == 0) & ({1} == {1}) else {0} * log1p({1}))",
    "entr": "(-{0} * log({0}) if {0} > 0 else 0 if {0} == 0 else -inf)",
}
"""Those of SciPy, by name: SciPy is not imported for them."""
