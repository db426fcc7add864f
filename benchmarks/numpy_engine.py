"""dnnctl's NumPy engine against the textbook loop, plain Keras, and the floor of products alone.

    python benchmarks/numpy_engine.py --rounds 5

Needs MNIST (DNNCTL_DATA_DIR, or in the cache). All run with the same number of BLAS threads, in turn A B C A B C,
and medians are printed. Nothing here is a test.
"""

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often each is run")
    parser.add_argument("--iterations", type=int, default=50_000, help="steps of the two-layer perceptron")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="BLAS threads for all")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    # BLAS reads these when NumPy is imported, so NumPy comes after them.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(options.threads)
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    sys.path.insert(0, str(Path(__file__).parent))
    import workloads

    data = workloads.mnist()
    entries = {
        "two-layer: textbook NumPy loop": lambda: workloads.textbook(data, options.iterations),
        "two-layer: dnnctl, NumPy engine": lambda: workloads.two_layer(data, options.iterations),
        "two-layer: gather + products + update alone": lambda: workloads.floor(data, options.iterations),
        "benchmark network: Keras fit on arrays, an epoch": workloads.KerasFit(data),
        "benchmark network: dnnctl, NumPy engine, an epoch": workloads.BenchmarkNetwork(data),
    }
    seconds: dict[str, list[float]] = {name: [] for name in entries}
    said: dict[str, str] = {}
    for turn in range(options.rounds):
        for name, run in entries.items():
            start = time.perf_counter()
            said[name] = run()
            seconds[name].append(time.perf_counter() - start)
            print(f"round {turn + 1}  {name:<52} {seconds[name][-1]:7.2f} s  {said[name]}", flush=True)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    print()
    for name, median in medians.items():
        low, high = min(seconds[name]), max(seconds[name])
        print(f"{name:<52} median {median:7.2f} s  ({low:.2f} to {high:.2f})  {said[name]}")
    names = list(medians)
    print(f"\ntwo-layer, dnnctl / textbook: {medians[names[1]] / medians[names[0]]:.2f}")
    print(f"two-layer, dnnctl / floor: {medians[names[1]] / medians[names[2]]:.2f}")
    print(f"benchmark network, dnnctl / Keras fit: {medians[names[4]] / medians[names[3]]:.2f}")
    if options.json:
        options.json.write_text(json.dumps({"threads": options.threads, "seconds": seconds}, indent=2))


if __name__ == "__main__":
    main()
