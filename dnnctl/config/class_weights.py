"""How the weights of classes are written: `balanced`, or a number for each class by its name."""

from typing import Annotated, Any, Literal

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

# Largest weight of a class.
HEAVIEST = 1_000_000


def _read(written: Any) -> Any:
    if written is None or (isinstance(written, str) and written == "balanced"):
        return written
    expected = "expected 'balanced', or weights by class name, as {cat: 2, dog: 1}"
    if not isinstance(written, dict) or not written:
        raise PydanticCustomError("value_error", f"{expected}; received {str(written)[:60]!r}")
    for name, weight in written.items():
        number = isinstance(weight, int | float) and not isinstance(weight, bool)
        if not number or not 0 <= weight <= HEAVIEST:
            raise PydanticCustomError(
                "value_error",
                f"expected a number from 0 to {HEAVIEST:,} for each class; received {weight!r:.40} for {name!r:.40}",
            )
    return {name: float(weight) for name, weight in written.items()}


ClassWeights = Annotated[dict[str, float] | Literal["balanced"] | None, PlainValidator(_read)]
