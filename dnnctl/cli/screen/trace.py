"""What `dnnctl trace` shows: one step explained, or how numbers move over many."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from dnnctl.cli.screen.text import grid, plain, rounded
from dnnctl.files import json_numbers

if TYPE_CHECKING:
    from dnnctl.experiments.explain.layer_recorder import LayerRecord
    from dnnctl.experiments.explain.trace import Numbers, StepTrace, Trace
    from dnnctl.network.layers.base import Array


def report(traced: "Trace") -> str:
    """Return everything that is shown of a trace."""
    shown = [_moving(traced)] if len(traced.steps) > 1 else [explained(traced, traced.steps[0])]
    problems = [f"  step {problem.step:,}: {problem.sentence}" for problem in traced.problems]
    rows = f"{traced.rows:,} row{'' if traced.rows == 1 else 's'} a step"
    return "\n".join(
        [f"{plain(traced.name)}: {rows}, {traced.optimizer}", "", *shown, *([""] if problems else []), *problems]
    )


def explained(traced: "Trace", step: "StepTrace") -> str:
    """Return one step: forward, the loss, backward, the update."""
    forward = [
        [seen.layer, " x ".join(map(str, seen.shape)), rounded(seen.mean), rounded(seen.std), f"{seen.zeros:.1%}"]
        for seen in step.layers
    ]
    penalty = f", penalties {rounded(step.penalty)} of it" if step.penalty else ""
    parts = [
        f"forward, from the inputs to the loss (step {step.step:,})",
        grid(forward, ["layer", "output", "mean", "std", "zeros"], right={1, 2, 3, 4}),
        "",
        f"  {traced.loss} {rounded(step.loss)}{penalty}",
        "",
        f"backward, from the loss to the inputs, and the update (learning rate {step.learning_rate:.3g})",
        _backward(step),
    ]
    if step.numbers is not None:
        parts += ["", numbers(step, step.numbers)]
    return "\n".join(parts)


def numbers(step: "StepTrace", all_numbers: "Numbers") -> str:
    """Return every number of a step as named matrices, a row of the batch a line."""
    lines = ["the numbers; a row of the batch a line, dL/d... as gradients are computed, last layer first"]
    for name, array in arrays(step, all_numbers):
        lines += ["", f"  {name}  ({' x '.join(map(str, array.shape))})", *(f"    {line}" for line in matrix(array))]
    return "\n".join(lines)


def arrays(step: "StepTrace", all_numbers: "Numbers") -> Iterator[tuple[str, "Array"]]:
    """Yield the arrays of a step with their names: forward, backward, and the weights afterwards."""
    yield "x", all_numbers.x
    for seen in step.layers:
        for name, array in all_numbers.before.items():
            if name.startswith(f"{seen.layer}/"):
                yield name, array
        if seen.y is not None:
            yield f"y of {seen.layer}", seen.y
    yield "y_true", all_numbers.y_true
    for seen in reversed(step.layers):
        if seen.dy is not None:
            yield f"dL/dy of {seen.layer}", seen.dy
        for name, array in all_numbers.gradient.items():
            if name.startswith(f"{seen.layer}/"):
                yield f"dL/d {name}", array
    for name, array in all_numbers.after.items():
        yield f"{name} afterwards", array


def matrix(array: "Array") -> list[str]:
    """Return the lines of a matrix, its columns aligned; a vector is one line."""
    rows = array.reshape(1, -1) if array.ndim < 2 else array
    # Where all numbers are small, four decimals would hide them.
    form = "" if array.dtype.kind != "f" else ".2e" if 0 < abs(array).max() < 0.01 else ".4f"
    cells = [[format(value, form) for value in row] for row in rows]
    width = max(len(cell) for row in cells for cell in row)
    return ["  ".join(cell.rjust(width) for cell in row) for row in cells]


def _backward(step: "StepTrace") -> str:
    """Return a line a layer and weight, the last layer first."""
    rows = []
    for seen in reversed(step.layers):
        arriving = "in the loss" if seen.gradient is None else rounded(seen.gradient)
        owned = [weight for weight in step.weights if weight.layer == seen.layer]
        if not owned:
            rows.append([seen.layer, arriving, "", "", "", "", ""])
        for i, weight in enumerate(owned):
            relative = "" if weight.relative is None else f"{weight.relative:.2e}"
            numbers = [rounded(value) for value in (weight.norm, weight.gradient, weight.update)]
            rows.append([*(("", "") if i else (seen.layer, arriving)), weight.weight, *numbers, relative])
    header = ["layer", "|dL/dy|", "weight", "|w|", "|dL/dw|", "|change|", "change / w"]
    return grid(rows, header, right={1, 3, 4, 5, 6})


def _moving(traced: "Trace") -> str:
    """Return tables with a column a step: the loss, and for each layer std, gradient and zeros."""
    header = [f"{step.step:,}" for step in traced.steps]
    right = set(range(1, len(header) + 1))
    top = [
        ["loss", *(rounded(step.loss) for step in traced.steps)],
        ["learning rate", *(f"{step.learning_rate:.3g}" for step in traced.steps)],
    ]
    parts = [grid(top, ["step", *header], right)]
    for title, table in (
        ("std of y", _by_layer(traced, lambda seen: rounded(seen.std))),
        ("|dL/dy|", _by_layer(traced, lambda seen: "" if seen.gradient is None else rounded(seen.gradient))),
        ("zeros in y", _by_layer(traced, lambda seen: f"{seen.zeros:.1%}" if seen.zeros else "")),
        ("change / w", _by_weight(traced)),
    ):
        if table:
            parts += ["", grid(table, [title, *header], right)]
    return "\n".join(parts)


def _by_layer(traced: "Trace", value: Callable[["LayerRecord"], str]) -> list[list[str]]:
    """Return a row a layer, a column a step; without rows that are empty."""
    names = [seen.layer for seen in traced.steps[0].layers]
    table = [[name, *(value(step.layers[i]) for step in traced.steps)] for i, name in enumerate(names)]
    return [row for row in table if any(row[1:])]


def _by_weight(traced: "Trace") -> list[list[str]]:
    """Return how far each array moves for its size; one that starts at 0 has no size to compare with."""
    return [
        [f"{weight.layer}/{weight.weight}", *(_share(step.weights[i].relative) for step in traced.steps)]
        for i, weight in enumerate(traced.steps[0].weights)
        if weight.norm
    ]


def _share(relative: float | None) -> str:
    return "" if relative is None else f"{relative:.1e}"


def for_programs(traced: "Trace") -> dict[str, Any]:
    """Return a trace as values that JSON can hold; what is no finite number is null."""
    return json_numbers(
        {
            "name": traced.name,
            "rows": traced.rows,
            "loss": traced.loss,
            "optimizer": traced.optimizer,
            "steps": [_step(step) for step in traced.steps],
            "signs": [vars(problem) for problem in traced.problems],
        }
    )


def _step(step: "StepTrace") -> dict[str, Any]:
    layers = [{name: value for name, value in vars(seen).items() if name not in {"y", "dy"}} for seen in step.layers]
    written = {
        "step": step.step,
        "learning_rate": step.learning_rate,
        "loss": step.loss,
        "penalty": step.penalty,
        "layers": layers,
        "weights": [{**vars(weight), "relative": weight.relative} for weight in step.weights],
    }
    if step.numbers is not None:
        written["numbers"] = {name: array.tolist() for name, array in arrays(step, step.numbers)}
    return written
