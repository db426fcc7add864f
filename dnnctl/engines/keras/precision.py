"""Which type numbers have under each `training.precision`."""

MIXED = {"mixed_bfloat16": "bfloat16", "mixed_float16": "float16"}


def number_type(precision: str) -> str:
    """Return the type of weights, losses and answers.

    Args:
        precision: `float32`, `float64`, or `mixed_bfloat16` or `mixed_float16`, which only compute in half
            precision: weights, statistics, losses and slots are kept in float32.
    """
    return "float32" if precision in MIXED else precision
