"""An epoch is one line, however narrow the terminal is and however many metrics there are."""

import pytest

from dnnctl.cli.screen.epoch_line import epoch_line, fitting

ROW = {
    "epoch": 7.0,
    "loss": 0.28412,
    "accuracy": 0.91234,
    "f1": 0.9,
    "val_loss": 0.31,
    "val_accuracy": 0.9,
    "val_f1": 0.89,
    "learning_rate": 0.001,
    "seconds": 0.844,
}


def test_in_a_file_all_of_it_stands_there() -> None:
    assert epoch_line(ROW, 20) == (
        "epoch  7/20  loss 0.2841  accuracy 0.9123  f1 0.9000  val_loss 0.3100  val_accuracy 0.9000  val_f1 0.8900  "
        "learning_rate 0.001  0.84 s"
    )


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (200, epoch_line(ROW, 20)),
        (120, epoch_line(ROW, 20).replace("learning_rate 0.001  ", "")),
        (100, "epoch  7/20  loss 0.2841  val 0.3100  accuracy 0.9123  val 0.9000  f1 0.9000  val 0.8900  0.84 s"),
        (80, "epoch  7/20  loss 0.2841  val 0.3100  accuracy 0.9123  val 0.9000  ...  0.84 s"),
        (60, "epoch  7/20  loss 0.2841  val 0.3100  ...  0.84 s"),
        (40, "epoch  7/20  loss 0.2841  val 0.3100"),
        (20, "epoch  7/20"),
        (5, "epoch"),
    ],
)
def test_what_does_not_fit_is_made_shorter_and_then_left_out(width: int, line: str) -> None:
    assert epoch_line(ROW, 20, width) == line


@pytest.mark.parametrize("width", range(1, 140))
def test_no_line_is_wider_than_the_terminal_nor_cut_within_a_word(width: int) -> None:
    line = epoch_line(ROW, 20, width)
    assert len(line) <= width
    words = {*epoch_line(ROW, 20).split(), "val", "..."}
    assert width < len("epoch  7/20") or set(line.split()) <= words


def test_what_is_shown_beside_a_bar_fits() -> None:
    assert fitting(["5 rows/s", "3 s left", "loss 1.0000"], 18) == "5 rows/s  3 s left"
    assert fitting(["5 rows/s"], 3) == ""
