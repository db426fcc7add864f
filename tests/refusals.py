"""What is said of a faulty configuration."""

from pathlib import Path

import pytest

from dnnctl.config.loading import load
from dnnctl.errors import ConfigError


def faults(path: Path, *settings: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        load(path, settings)
    return [str(fault).replace(str(path), "F") for fault in raised.value.faults]
