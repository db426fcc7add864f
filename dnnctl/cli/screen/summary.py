"""The summary of a network before it is trained."""

from typing import TYPE_CHECKING, Any

from dnnctl.cli.screen.text import grid, plain, size

if TYPE_CHECKING:
    from dnnctl.network.plan import NetworkPlan, PlannedLayer
    from dnnctl.training.preparation import Prepared


def summary(prepared: "Prepared", *, units: bool = False) -> str:
    """Return the data, the layers with their parameters, the steps and the memory as text.

    Args:
        prepared: What is to be trained.
        units: Whether to tell what each output unit stands for.
    """
    info, splits, length = prepared.dataset.info, prepared.splits, prepared.length
    held_out = f", {len(splits.validation):,} validation" if splits.validation else ""
    rows = f"{len(splits.train):,} training{held_out}, {len(splits.test):,} test rows"
    if info.shared_rows:
        rows = f"{len(splits.train):,} rows, which are both training and test (so few that none are set apart)"
    lines = [
        f"{plain(prepared.config.name)}: {info.title}",
        f"  data      {rows}",
        *(f"  note      {plain(note)}" for note in prepared.dataset.notes),
        *_class_weights(prepared),
        "",
        layer_table(prepared.plan, info.input_shape),
        "",
        *(_units(prepared) if units else []),
        f"  {prepared.plan.parameters:,} parameters, {prepared.plan.trainable:,} of them trained; "
        f"about {size(prepared.memory)} of memory",
        f"  {_counted(length.epochs, 'epoch')} of {_counted(length.steps_per_epoch, 'step')} of "
        f"{_counted(prepared.batch_size, 'row')}: {_counted(length.steps, 'step')} of "
        f"{prepared.config.training.optimizer.key}",
        "",
    ]
    return "\n".join(lines)


def _units(prepared: "Prepared") -> list[str]:
    """Return lines that say what each output unit stands for, counted from 0."""
    names = prepared.dataset.info.units(prepared.plan.outputs)
    # A unit that stands for the second of two classes is small where it is the first.
    other = prepared.dataset.info.class_names[0] if len(names) == 1 and prepared.dataset.info.class_names else ""
    told = [f"{i} -> {plain(name)}" for i, name in enumerate(names[:MOST_UNITS])]
    told += [f"and {len(names) - MOST_UNITS:,} more"] if len(names) > MOST_UNITS else []
    rows = [told[start : start + UNITS_A_LINE] for start in range(0, len(told), UNITS_A_LINE)]
    info = prepared.dataset.info
    head = f"unit -> {'class' if info.class_names else 'label' if info.task == 'multilabel' else 'target'}"
    lines = [f"  {head if not i else ' ' * len(head)}   {', '.join(row)}" for i, row in enumerate(rows)]
    return [*lines[:-1], lines[-1] + (f" (else {plain(other)})" if other else ""), ""]


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


# Weights of classes that a summary has a place for.
SHOWN = 10
# Output units that are told, and on a line.
MOST_UNITS, UNITS_A_LINE = 200, 8


def _class_weights(prepared: "Prepared") -> list[str]:
    """Return a line that says how much each class counts; none if all count the same."""
    if prepared.class_weights is None:
        return []
    pairs = list(zip(prepared.dataset.info.class_names, prepared.class_weights, strict=True))
    said = [f"{plain(name)} {weight:.4g}" for name, weight in pairs[:SHOWN]]
    more = [f"{len(pairs) - SHOWN:,} more"] if len(pairs) > SHOWN else []
    return [f"  weights   {', '.join([*said, *more])}"]


def for_programs(prepared: "Prepared") -> dict[str, Any]:
    """Return the same as values that JSON can hold."""
    plan, splits, length = prepared.plan, prepared.splits, prepared.length
    return {
        "name": prepared.config.name,
        "dataset": prepared.dataset.name,
        "rows": {
            "train": len(splits.train),
            "validation": len(splits.validation) if splits.validation else 0,
            "test": len(splits.test),
        },
        "shared_rows": prepared.dataset.info.shared_rows,
        "layers": [
            {"name": layer.name, "kind": layer.spec.key, "outputs": layer.outputs, "parameters": layer.parameters}
            for layer in plan.layers
        ],
        "units": list(prepared.dataset.info.units(plan.outputs)),
        "parameters": plan.parameters,
        "trainable": plan.trainable,
        "batch_size": prepared.batch_size,
        "epochs": length.epochs,
        "steps_per_epoch": length.steps_per_epoch,
        "steps": length.steps,
        "memory_bytes": prepared.memory,
    }


def layer_table(plan: "NetworkPlan", input_shape: tuple[int, ...]) -> str:
    """Return a table of a network's layers."""
    shape = " x ".join(map(str, input_shape)) + (f" = {plan.inputs:,}" if len(input_shape) > 1 else "")
    rows = [["input", shape, "", ""]]
    rows += [[layer.name, f"{layer.outputs:,}", f"{layer.parameters:,}", _details(layer)] for layer in plan.layers]
    return grid(rows, ["layer", "output", "parameters", ""], right={1, 2})


def _details(layer: "PlannedLayer") -> str:
    """Return the options of a layer that a reader would ask for."""
    if layer.spec.key == "dense":
        biased = any(weight.name == "bias" for weight in layer.weights)
        limit = next((f", max_norm {weight.max_norm:g}" for weight in layer.weights if weight.max_norm is not None), "")
        return f"{layer.inputs:,} x {layer.outputs:,}" + (f" + {layer.outputs:,}" if biased else ", no bias") + limit
    if layer.spec.main:
        return f"{layer.spec.main} {getattr(layer.spec, layer.spec.main):g}"
    return ""
