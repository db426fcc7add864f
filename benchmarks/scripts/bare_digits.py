"""The network of `configs/digits.yaml` in a bare script: import TensorFlow, fit, evaluate; no plots, no files.

    python -m benchmarks.scripts.bare_digits FOLDER

FOLDER has the rows of dnnctl's splits. As in the configuration, validation rows are looked at after every epoch.
"""

import json
import sys

import numpy as np


def main() -> None:
    folder = sys.argv[1]
    import keras
    import tensorflow  # noqa: F401 - as such scripts do
    from keras import layers

    data = {name: np.load(f"{folder}/{name}.npy") for name in ("x", "y", "x_val", "y_val", "x_test", "y_test")}
    x, x_val, x_test = (data[name].reshape(-1, 64).astype("float32") / 16 for name in ("x", "x_val", "x_test"))
    model = keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(128, use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Dropout(0.2),
            layers.Dense(64, use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    steps = 30 * -(-len(x) // 32)
    rate = keras.optimizers.schedules.CosineDecay(0.002, steps)
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, data["y"], batch_size=32, epochs=30, verbose=0, validation_data=(x_val, data["y_val"]))
    accuracy = model.evaluate(x_test, data["y_test"], verbose=0)[1]
    print(json.dumps({"steps": int(model.optimizer.iterations.numpy()), "quality": accuracy}))


if __name__ == "__main__":
    main()
