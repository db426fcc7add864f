import io

import pytest
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dnnctl.cli.screen.text import facts, folded, grid

CELLS = ["", "a", "T-shirt", "鞋子", "シャツ", "e\u0301te\u0301", "99.9%", "naïve", "👟 shoe"]


def test_numbers_stand_at_the_right_and_no_line_ends_in_spaces() -> None:
    lines = grid([("a", "1.5", ""), ("long name", "12.25", "x")], ("name", "value", "mark"), right=[1]).split("\n")
    assert lines == ["  name       value  mark", "  a            1.5", "  long name  12.25  x"]
    assert grid([], ("name", "value"), indent=0) == "name  value"


@pytest.mark.parametrize("right", [(), (0, 2)])
def test_columns_stay_aligned_whatever_is_written_in_them(right: tuple[int, ...]) -> None:
    rows = [(CELLS[i], CELLS[i - 3], CELLS[i - 5]) for i in range(len(CELLS))]
    # What rich makes of the same table is what a terminal shows.
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for i, title in enumerate(("x", "名前", "z")):
        table.add_column(Text(title), justify="right" if i in right else "left", no_wrap=True)
    for row in rows:
        table.add_row(*map(Text, row))
    shown = io.StringIO()
    Console(file=shown, width=1000, color_system=None).print(table)
    expected = [line.rstrip() for line in shown.getvalue().splitlines()]
    assert grid(rows, ("x", "名前", "z"), right, indent=0).split("\n") == expected


def test_a_fact_without_a_value_is_left_out() -> None:
    assert facts([("rows", "12"), ("unit", ""), ("classes", "3")]) == "rows     12\nclasses  3"


@pytest.mark.parametrize("width", range(20, 90, 7))
def test_lines_are_cut_between_words_and_go_on_below_their_text(width: int) -> None:
    text = "  note      people.csv: comma-separated, a header\n\n  data      50 training rows"
    cut = folded(text, width)
    assert all(len(line) <= width for line in cut.split("\n"))
    assert cut.split() == text.split()
    assert folded(text, 100) == text
    lines = cut.split("\n")
    indent = 12 if width >= 36 else 2
    assert width >= 49 or lines[1].startswith(" " * indent + lines[1].strip()[0])


def test_a_word_that_is_longer_than_a_line_stays_whole_and_wide_letters_count_twice() -> None:
    assert folded("a " + "x" * 30 + " b", 20) == "a\n  " + "x" * 30 + "\n  b"
    assert folded("가나다라 마바사아", 10) == "가나다라\n  마바사아"
