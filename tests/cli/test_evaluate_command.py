"""`dnnctl evaluate`: the figures of a finished run, for readers and for programs."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image

Run = Callable[..., Any]


def metrics(trained: Path, name: str) -> Any:
    return json.loads(next(trained.glob(f"{name}/*/metrics.json")).read_text())


def copied(trained: Path, name: str, to: Path) -> Path:
    return Path(shutil.copytree(next(trained.glob(f"{name}/*")), to / "runs" / name / "20260102-030405"))


def test_the_report_has_figures_and_classes(dnnctl: Run, trained: Path) -> None:
    done = dnnctl("evaluate", "digits", "--out", trained)
    lines = [line.split() for line in done.out.splitlines()]
    test = metrics(trained, "digits")["test"]

    assert (done.status, done.err) == (0, "")
    assert ["359", "test", "rows"] in lines
    for name, value in test.items():
        assert [name, f"{value:.4f}"] in lines
    assert ["class", "precision", "recall", "f1", "rows"] in lines
    assert [line[0] for line in lines[-10:]] == [str(digit) for digit in range(10)]
    assert sum(int(line[-1]) for line in lines[-10:]) == 359


@pytest.mark.parametrize("split", ["test", "validation", "train"])
def test_json_has_the_figures_of_the_training(dnnctl: Run, trained: Path, split: str) -> None:
    done = dnnctl("evaluate", "digits", "--out", trained, "--split", split, "--json")
    value = json.loads(done.out)
    assert done.out.count("\n") == 1
    assert value["split"] == split
    assert value["metrics"] == metrics(trained, "digits")[split]
    assert [row["class"] for row in value["classes"]] == [str(digit) for digit in range(10)]
    assert (value["unmet"], value["notes"], value["plots"]) == ([], [], [])


def test_regression_has_a_unit_and_no_classes(dnnctl: Run, trained: Path) -> None:
    done = dnnctl("evaluate", "height_weight", "--out", trained)
    assert "10 test rows (cm)" in done.out
    assert "precision" not in done.out


def test_plots_are_drawn_on_request(dnnctl: Run, trained: Path, tmp_path: Path) -> None:
    done = dnnctl("evaluate", "xor", "--out", trained, "--plots", "new/pictures", "--json")
    drawn = [tmp_path / name for name in json.loads(done.out)["plots"]]
    assert {path.stem for path in drawn} >= {"confusion_matrix", "decision_boundary"}
    for path in drawn:
        with Image.open(path) as picture:
            assert min(picture.size) > 200
    assert set((tmp_path / "new/pictures").iterdir()) == set(drawn)


def test_an_unmet_requirement_is_status_3(dnnctl: Run, trained: Path, tmp_path: Path) -> None:
    run = copied(trained, "digits", tmp_path)
    config = yaml.safe_load((run / "config.yaml").read_text())
    config["require"] = {"test.accuracy": "> 0.9999", "train.accuracy": "> 0.1"}
    (run / "config.yaml").write_text(yaml.safe_dump(config))
    done = dnnctl("evaluate", run)
    assert done.status == 3
    assert "REQUIREMENT NOT MET  test.accuracy: required > 0.9999, received 0." in done.out
    assert dnnctl("evaluate", run, "--split", "train").status == 0
    assert dnnctl("evaluate", run, "--json").status == 3


def test_other_data_is_noted(dnnctl: Run, trained: Path, tmp_path: Path) -> None:
    run = copied(trained, "xor", tmp_path)
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["data"]["digests"] = {"inputs": "0" * 64}
    (run / "manifest.json").write_text(json.dumps(manifest))
    assert "note  this is not the data that the run was trained on" in dnnctl("evaluate", run).out


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["xro"], 1, "no run 'xro' in OUT; did you mean 'xor'?"),
        (["xor", "--split", "validation"], 1, "validation"),
        (["xor", "--data", "."], 2, "reads no files of yours"),
        (["xor", "--split", "all"], 2, "'all' is not one of"),
        (["."], 1, "no run '.' in OUT"),
        (["a" * 5000], 1, "no run 'aaa"),
    ],
)
def test_mistakes_are_told_in_one_line(
    dnnctl: Run, trained: Path, arguments: list[str], status: int, said: str
) -> None:
    done = dnnctl("evaluate", *arguments, "--out", trained)
    assert done.err.startswith("error: ")
    assert done.err.count("\n") == 1
    assert said in done.err.replace(str(trained), "OUT")
    assert (done.status, done.out) == (status, "")


def test_no_run_yet(dnnctl: Run) -> None:
    done = dnnctl("evaluate", "latest")
    assert done.err == "error: no run 'latest': there are no runs in outputs. Train one first: dnnctl train digits\n"
