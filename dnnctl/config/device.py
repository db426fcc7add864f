"""Where a network is trained, as a configuration says it."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from dnnctl.spec import Strict

DEVICE_WORDS = ("auto", "cpu", "gpu", "gpus")


class LogicalCpus(Strict):
    """The processor in place of several devices, to try these without having them.

    Args:
        cpus: How many it stands for.
    """

    cpus: int = Field(ge=2, le=64)


def _check_device(written: Any) -> Any:
    cpus = written.get("cpus") if isinstance(written, dict) and len(written) == 1 else None
    several = type(cpus) is int and 2 <= cpus <= 64
    if several or isinstance(written, LogicalCpus) or (isinstance(written, str) and written in DEVICE_WORDS):
        return written
    expected = f"{', '.join(DEVICE_WORDS)}, or {{cpus: N}} with N of 2 to 64"
    raise PydanticCustomError("value_error", f"expected {expected}; received {str(written)[:60]!r}")


Device = Annotated[Literal["auto", "cpu", "gpu", "gpus"] | LogicalCpus, BeforeValidator(_check_device)]
