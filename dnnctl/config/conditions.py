"""What a metric has to reach, as `require` says it."""

import math
import re
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

CONDITION = re.compile(r"\s*(>=|<=|>|<|==)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*")


def _check_condition(condition: Any) -> str:
    written = str(condition)
    found = CONDITION.fullmatch(written)
    if not found or not math.isfinite(float(found[2])):
        raise PydanticCustomError(
            "value_error",
            f"expected a comparison with a number, as '>= 0.88'; received {written[:80]!r}",
        )
    return written


Condition = Annotated[str, BeforeValidator(_check_condition)]
