"""One epoch on one line, as wide as the terminal is and no wider."""

from collections.abc import Iterator, Mapping, Sequence

from dnnctl.cli.screen.text import duration, rounded

GAP = "  "
LEFT_OUT = "..."


def epoch_line(row: Mapping[str, float], epochs: int, width: int | None = None) -> str:
    """Return the line of an epoch.

    What does not fit is left out: the learning rate, then names are made shorter (`val 0.31` behind `loss 0.28` is
    `val_loss`), then metrics go, the last ones first. All of it is in `history.csv`.

    Args:
        row: The epoch's row of the history.
        epochs: How many epochs there are.
        width: Places in a line; None for as many as it takes.
    """
    forms = _forms(row, epochs)
    line = next(forms)
    while width is not None and len(line) > width:
        shorter = next(forms, None)
        if shorter is None:
            return line[:width]
        line = shorter
    return line


def _forms(row: Mapping[str, float], epochs: int) -> Iterator[str]:
    """Yield the line, then ever shorter ones."""
    number = f"epoch {row['epoch']:>{len(str(epochs))}.0f}/{epochs}"
    values = {name: value for name, value in row.items() if name not in {"epoch", "seconds", "learning_rate"}}
    told, taken = [f"{name} {rounded(value)}" for name, value in values.items()], duration(row["seconds"])
    yield GAP.join([number, *told, f"learning_rate {row['learning_rate']:.3g}", taken])
    yield GAP.join([number, *told, taken])
    pairs = [_pair(name, values) for name in values if not name.startswith("val_")]
    for kept in range(len(pairs), 0, -1):
        yield GAP.join([number, *pairs[:kept], *([LEFT_OUT] if kept < len(pairs) else []), taken])
    yield GAP.join([number, *pairs[:1]])
    yield number


def _pair(name: str, values: Mapping[str, float]) -> str:
    """Return a metric of the training rows, and beside it that of the validation rows."""
    told = f"{name} {rounded(values[name])}"
    return f"{told}{GAP}val {rounded(values[f'val_{name}'])}" if f"val_{name}" in values else told


def fitting(parts: Sequence[str], width: int) -> str:
    """Return as many parts as fit into a line, the first ones first.

    Args:
        parts: What to show.
        width: Places there are.
    """
    line = ""
    for part in parts:
        longer = f"{line}{GAP}{part}" if line else part
        if len(longer) > width:
            break
        line = longer
    return line
