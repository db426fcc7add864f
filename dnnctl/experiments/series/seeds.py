"""One configuration under several seeds: what repetitions and ensembles train."""

from dnnctl.config.loading import LoadedConfig
from dnnctl.config.schema import Config
from dnnctl.errors import ConfigError, Fault

SEEDS = 2**32


def by_seed(loaded: LoadedConfig, count: int) -> list[tuple[str, Config]]:
    """Return what each training is called, and its configuration: the seeds are `seed`, `seed` + 1, ...

    Args:
        loaded: The checked configuration.
        count: How many trainings.

    Raises:
        ConfigError: If there are not so many seeds left.
    """
    first = loaded.config.seed
    if first + count > SEEDS:
        problem = f"expected at most {SEEDS - count}, as each of {count} networks takes a seed; received {first}"
        raise ConfigError([Fault("seed", problem, str(loaded.path))])
    seeds = range(first, first + count)
    return [(f"seed {seed}", loaded.config.model_copy(update={"seed": seed})) for seed in seeds]
