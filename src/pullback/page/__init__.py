"""Pages that need nothing else: their frame, their look, their charts."""

from pullback.page._charts import Curve, lines, scatter
from pullback.page._frame import document, escaped
from pullback.page._style import FRAGMENT, STYLE

__all__ = ["FRAGMENT", "STYLE", "Curve", "document", "escaped", "lines", "scatter"]
