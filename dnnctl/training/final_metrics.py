"""What a trained network is worth: final metrics, the verdict, and whether the other engine agrees."""

from dnnctl.engines.base import Engine
from dnnctl.engines.numpy.network import NumpyNetwork
from dnnctl.evaluation.baselines import Baseline
from dnnctl.evaluation.diagnosis.evidence import gather
from dnnctl.evaluation.diagnosis.verdict import Verdict, diagnose
from dnnctl.evaluation.measure import all_metrics
from dnnctl.inference.network import Agreement, Measured, Network, compare_engines
from dnnctl.training.preparation import Prepared
from dnnctl.training.state import Trained

MetricsBySplit = dict[str, dict[str, float]]


def measure_splits(prepared: Prepared, network: Network) -> dict[str, Measured]:
    """Return what the network is worth on each split, the test rows first; scores are kept of the test rows alone."""
    info = prepared.dataset.info
    names = all_metrics(info.task, len(info.class_names), prepared.config.training.metrics)
    measured = {"test": network.measure(prepared.splits.test, names)}
    for name in ("validation", "train"):
        if name != "validation" or prepared.splits.validation is not None:
            measured[name] = network.measure(prepared.splits.named(name), names, keep=False)
    return measured


def agreement(prepared: Prepared, engine: Engine, network: Network) -> Agreement | None:
    """Compare NumPy's answers with those of the engine that trained.

    None if that was NumPy itself: Keras is not started for it, and is compared when it is first asked.
    """
    if prepared.config.engine == "numpy":
        return None
    other = NumpyNetwork(prepared.plan, prepared.preprocessing, engine.weights(), dtype=prepared.config.training.dtype)
    info, loss = prepared.dataset.info, prepared.config.training.loss
    answers = Network(other, info, prepared.preprocessing, loss)
    return compare_engines(network, answers, prepared.splits.test.rows, prepared.preprocessing)


def verdict(
    prepared: Prepared, trained: Trained, network: Network, metrics: MetricsBySplit, simple: tuple[Baseline, ...]
) -> Verdict:
    """Say whether the network overfits or underfits, and what is known to help.

    Args:
        prepared: What it was made from.
        trained: Its history.
        network: The network with the weights that were kept.
        metrics: Final metrics of each split.
        simple: What a trivial and a linear model reach.
    """
    seen = gather(
        prepared.dataset.info,
        prepared.splits,
        network.scores,
        simple,
        metrics=metrics,
        history=trained.history,
        best_epoch=trained.best_epoch,
        weights=prepared.class_weights,
    )
    return diagnose(seen, prepared.config)
