"""What predictions say, as arrays, as records, as a frame and in a notebook."""

import json
from typing import Any

import numpy as np
import pytest

import dnnctl

PIXELS = np.random.default_rng(0).integers(0, 17, (30, 8, 8))


def test_classes_have_labels_and_probabilities(digits: Any) -> None:
    said = digits.predict(PIXELS)
    assert said.probabilities.shape == (30, 10)
    assert np.allclose(said.probabilities.sum(axis=1), 1, atol=1e-5)
    assert said.labels.tolist() == [str(n) for n in said.probabilities.argmax(axis=1)]
    assert np.array_equal(said.classes, said.probabilities.argmax(axis=1))
    assert len(said) == 30
    with pytest.raises(AttributeError, match="predicts classes; see labels and probabilities"):
        _ = said.values
    assert repr(said).startswith(f"Predictions(30 rows: {said.labels[0]}, ")


def test_one_output_unit_stands_for_two_classes(outputs: Any, one_plot: None) -> None:
    run = dnnctl.train("xor", overrides={"training.epochs": 60}, engine="numpy", out=outputs)
    said = run.predict([[0, 0], [0, 1], [1, 0], [1, 1]])
    assert said.probabilities.shape == (4, 2)
    assert np.allclose(said.probabilities.sum(axis=1), 1)
    assert np.array_equal(said.probabilities[:, 1], said.scores[:, 0])
    assert said.labels.tolist() == ["0", "1", "1", "0"]


def test_numbers_have_values(heights: Any) -> None:
    said = heights.predict([[75], [90]])
    assert said.values.shape == (2,)
    assert 160 < said.values[0] < said.values[1] < 200
    for asked in ("labels", "probabilities", "classes"):
        with pytest.raises(AttributeError, match="predicts numbers; see values"):
            getattr(said, asked)


def test_what_is_no_number_has_no_label(digits: Any) -> None:
    said = digits.predict(PIXELS[:2])
    said.scores[1] = np.nan
    assert said.classes.tolist() == [said.probabilities[0].argmax(), -1]
    assert said.labels[1] == ""


def test_records_are_those_of_the_command_line(digits: Any, dnnctl: Any) -> None:
    np.save("some.npy", PIXELS)
    shown = json.loads(dnnctl("predict", digits.path, "some.npy", "--top", 3, "--format", "json").out)
    said = digits.predict("some.npy", top=3)
    assert said.to_dicts() == shown["predictions"]
    assert list(said) == said.to_dicts()
    assert said[4] == shown["predictions"][4]
    assert said[-2:] == shown["predictions"][-2:]
    assert list(said.notes) == shown["notes"]


def test_a_sample_knows_the_right_answers(digits: Any, heights: Any) -> None:
    said = digits.predict(sample=20)
    assert said.true is not None
    assert said.true.shape == (20,)
    assert np.mean(said.classes == said.true) > 0.5
    assert heights.predict(sample=3).true.shape == (3,)
    assert digits.predict(PIXELS).true is None
    with pytest.raises(dnnctl.UsageError, match="`sample`: expected at least 1; received -2"):
        digits.predict(sample=-2)


def test_a_frame_has_a_row_a_prediction(digits: Any, heights: Any) -> None:
    pytest.importorskip("pandas", reason="makes a frame of pandas")
    frame = digits.predict(PIXELS, top=2).to_pandas()
    assert list(frame.columns) == ["name", "prediction", "confidence", "class_2", "probability_2"]
    assert len(frame) == 30
    assert list(heights.predict([[75], [90]]).to_pandas().columns) == ["name", "prediction"]


def test_without_pandas_it_says_what_to_do(digits: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(dnnctl.UsageError, match="pandas is not installed; install it, or use to_dicts"):
        digits.predict(PIXELS).to_pandas()
    # Nor is it needed for anything else.
    assert len(digits.predict([{f"pixel{i}": 0 for i in range(64)}])) == 1


def test_a_notebook_shows_the_first_rows_and_the_notes(digits: Any, heights: Any) -> None:
    page = digits.predict(PIXELS)._repr_html_()
    assert page.count("<tr>") == 21
    assert "and 10 more rows" in page
    noted = heights.predict([{"weight": 75, "<script>": 1}])._repr_html_()
    assert "&lt;script&gt;" in noted
    assert "<script>" not in noted
