"""Does the advice of the verdict help? Made-up sets whose best figure is known, trained before and after following it.

    python -m benchmarks.scripts.advice                        200 sets, five seeds each; minutes to an hour
    python -m benchmarks.scripts.advice --sets 40 --seeds 3    fewer
    python -m benchmarks.scripts.advice --into FILE.json

Of each set the network is trained once. Where its verdict advises something, it is trained with the seeds 0 to 4 as
it is and with the advised settings, and the figure of 20,000 unseen rows is compared seed by seed: worse (or
better) is a mean difference whose 95% interval (Student's t) does not hold 0.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from benchmarks.made_up_sets import MadeUp, made_up
from dnnctl.config.loading import load
from dnnctl.evaluation.confidence_interval import mean_interval
from dnnctl.evaluation.diagnosis.outcomes import MSE, Outcomes, measure_of
from dnnctl.inference.open import open_run
from dnnctl.training.job import TrainingResult, train


@dataclass
class Tried:
    """What came of one set.

    Args:
        number: Which one.
        told: What it is like.
        verdict: What was said of the first network.
        sentence: In full.
        best: The best possible figure.
        reached: What the first network reaches.
        advice: Each advice: what it is to make better, its settings, the figures before and after by seed, and the
            limits of the mean gain.
    """

    number: int
    told: str
    verdict: str
    sentence: str
    best: float
    reached: float
    advice: list[dict[str, Any]] = field(default_factory=list)


def try_set(number: int, seeds: int) -> Tried:
    """Train a set, and again with what is advised."""
    made = made_up(number)
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder) / "rows.npz", x_train=made.x.astype(np.float32), y_train=made.y)
        result = _train(made, Path(folder), 0, {})
        name = measure_of(result.prepared.dataset.info.task, weighed=result.prepared.class_weights is not None).name
        reached = _unseen(made, result, name)
        tried = Tried(number, made.told, result.verdict.kind, result.verdict.sentence, made.best, reached)
        for advice in result.verdict.advice:
            before, after = [], []
            for seed in range(seeds):
                known = _unseen(made, result, advice.figure) if not seed else None
                before.append(known or _unseen(made, _train(made, Path(folder), seed, {}), advice.figure))
                after.append(_unseen(made, _train(made, Path(folder), seed, dict(advice.settings)), advice.figure))
            # What is better is larger: of errors the share that is gone.
            error = advice.figure == MSE.name
            gains = [(b - a) / b if error else a - b for a, b in zip(after, before, strict=True)]
            low, high = mean_interval(gains).interval
            tried.advice.append(
                {
                    "figure": advice.figure,
                    "why": advice.why,
                    "settings": dict(advice.settings),
                    "before": before,
                    "after": after,
                    "gain": float(np.mean(gains)),
                    "low": low,
                    "high": high,
                }
            )
    return tried


def _train(made: MadeUp, folder: Path, seed: int, settings: dict[str, Any]) -> TrainingResult:
    config = {**made.config, "name": "made-up", "seed": seed}
    config["data"] = {**config["data"], "npz": {"path": str(folder / "rows.npz")}, "test_split": 0.05}
    if made.task == "classes":
        config["data"]["npz"]["task"] = "classification"
    with mock.patch("dnnctl.training.job.draw_all", return_value=[]):
        return train(load(config, settings), out=folder / "runs")


def _unseen(made: MadeUp, result: TrainingResult, figure: str) -> float:
    network = open_run(result.run).network("numpy")
    scores = network.scores(made.unseen_x.astype(np.float32))
    y = made.unseen_y if made.task == "classes" else made.unseen_y[:, None]
    measure = measure_of(result.prepared.dataset.info.task, weighed=figure == "recall")
    return Outcomes(measure.of(y, scores), made.unseen_y if figure == "recall" else None).mean


def summary(all_tried: list[Tried]) -> Iterator[str]:
    """Yield what came of all sets, in words."""
    advised = [(tried, advice) for tried in all_tried for advice in tried.advice]
    kinds = {kind: sum(tried.verdict == kind for tried in all_tried) for kind in sorted({t.verdict for t in all_tried})}
    yield f"{len(all_tried)} sets: " + ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    for figure in ("accuracy", "recall", "mse"):
        some = [advice for _, advice in advised if advice["figure"] == figure]
        if some:
            better, worse = sum(a["low"] > 0 for a in some), sum(a["high"] < 0 for a in some)
            gains = np.array([a["gain"] for a in some])
            told = (
                f"{gains.mean():+.4f} in the mean, {np.median(gains):+.4f} in the median, {gains.min():+.4f} at worst"
            )
            yield f"{figure}: advice in {len(some)}, better in {better}, worse in {worse}, gain {told}"
    harmed = {tried.number for tried, advice in advised if advice["high"] < 0}
    yield f"worse after following: {len(harmed)} of {len(all_tried)} sets ({len(harmed) / max(1, len(all_tried)):.1%})"


def main() -> None:
    """Try the sets and print what came of each, and of all."""
    parser = argparse.ArgumentParser("python -m benchmarks.scripts.advice", description=__doc__)
    parser.add_argument("--sets", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--every", type=int, default=1, help="take every so many, for several processes")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--into", type=Path)
    options = parser.parse_args()
    tried: list[Tried] = []
    for number in range(options.first, options.sets, options.every):
        tried.append(try_set(number, options.seeds))
        last = tried[-1]
        print(
            f"{number:4} {last.told}\n     best {last.best:.4g}, unseen {last.reached:.4g}: {last.sentence}", flush=True
        )
        for each in last.advice:
            limits = f"{each['gain']:+.4f} ({each['low']:+.4f} to {each['high']:+.4f})"
            print(f"     {each['settings']}: {each['figure']} {limits}", flush=True)
        if options.into:
            options.into.write_text(json.dumps([asdict(each) for each in tried], indent=1), encoding="utf-8")
    print("\n".join(summary(tried)))


if __name__ == "__main__":
    main()
