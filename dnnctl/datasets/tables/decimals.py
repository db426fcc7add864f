"""Which mark stands before the decimals of a table: told from its cells, those first that cannot be read otherwise."""

import re
from collections import Counter
from collections.abc import Sequence

from dnnctl.datasets.forms.numerals import number_of
from dnnctl.datasets.tables.table import Table

_COMMA = re.compile(r"[-+\u2212\uff0d]?\d*,\d+")
# So thousands look too, as 1,234 and 1.234; 0.123 and 1.2 do not.
_THOUSANDS = re.compile(r"[-+\u2212\uff0d]?[1-9]\d{0,2}[.,]\d{3}")
Sample = Sequence[Sequence[str]]


def decimal_of(sample: Sample, separator: str) -> str:
    """Return the mark of decimals of a table's numbers, a point or a comma.

    Args:
        sample: Its first rows.
        separator: What separates its cells.
    """
    if separator == ",":
        return "."
    sure, every = _counted(sample)
    return _more(sure) or _more(every) or "."


def likely_decimal(table: Table) -> str:
    """Return the mark of decimals that texts of a table are likely to have; empty if nothing tells.

    Nothing does in rows that no one wrote as a table.
    """
    if table.text.starts is not None or not table.sample:
        return ""
    sure, every = _counted(table.sample)
    if table.separator == ",":
        return _more(sure) or "."
    # Where a comma separates nothing, it is mostly because decimals have one.
    return _more(sure) or _more(every) or ("," if table.separator == ";" else "")


def sure_decimal(table: Table) -> str:
    """Return the mark of decimals that cells of a table tell which could not be thousands; empty if none does."""
    return "" if table.text.starts is not None else _more(_counted(table.sample)[0])


def _counted(sample: Sample) -> tuple[Counter[str], Counter[str]]:
    """Return how many cells have each mark: of those that cannot be thousands, and of all."""
    sure: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for row in sample:
        for cell in row:
            if ("," in cell and _COMMA.fullmatch(cell)) or ("." in cell and number_of(cell) is not None):
                mark = "," if "," in cell else "."
                every[mark] += 1
                sure[mark] += not _THOUSANDS.fullmatch(cell)
    return sure, every


def _more(counts: Counter[str]) -> str:
    """Return the mark that more cells have; empty for neither."""
    if counts[","] == counts["."]:
        return ""
    return "," if counts[","] > counts["."] else "."
