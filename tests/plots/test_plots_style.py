import numpy as np
import pytest

from dnnctl.plots.style.mosaic import thumbnail
from dnnctl.plots.style.points import dot_size, evenly, feature, padded, target
from dnnctl.plots.style.sheet import colours_of, sheet
from dnnctl.plots.style.text import amount, counted, named, plain, width_of


def test_text_is_drawn_letter_by_letter():
    assert plain("a $b$ c") == r"a \$b\$ c"
    assert plain("two\nlines\tand  more") == "two lines and more"
    assert plain("Ünï – ²") == "Ünï – ²"
    assert plain("abcdefgh", 5) == "abcd…"
    assert plain("abcde", 5) == "abcde"


def test_an_escaped_dollar_is_drawn_as_one_letter():
    from matplotlib.cbook import is_math_text

    assert not is_math_text(plain("costs $1 or $2"))
    assert width_of(plain("$1$"), 9) == pytest.approx(width_of("1", 9) + 2 * width_of(plain("$"), 9), rel=0.1)


def test_figures_and_names():
    assert (amount(0.12345), amount(12345.6), amount(-1000)) == ("0.123", "12,346", "-1,000")
    assert (counted(1, "row"), counted(2000, "row")) == ("1 row", "2,000 rows")
    assert (named("height", "cm"), named("height")) == ("height (cm)", "height")


def test_a_sheet_is_wide_enough_for_its_heading():
    figure = sheet(1.0, 2.0, "A title of quite some length", "and a subtitle that is longer than its title is")
    figure.canvas.draw()
    assert all(text.get_window_extent().x1 <= figure.bbox.x1 for text in figure.texts)


def test_points_are_thinned_evenly():
    assert evenly(5, 10).tolist() == [0, 1, 2, 3, 4]
    assert evenly(101, 5).tolist() == [0, 25, 50, 75, 100]
    assert evenly(0).tolist() == []
    assert dot_size(3) > dot_size(100) > dot_size(100_000) > 0


def test_a_range_is_never_empty():
    assert padded(np.array([0.0, 10.0]), 0.1) == (-1.0, 11.0)
    assert padded(np.array([4.0, 4.0]), 0.1) == (3.5, 4.5)


def test_axes_are_named_from_what_is_known(contexts):
    assert feature(contexts["line"].info, 0) == "weight (kg)"
    assert feature(contexts["corners"].info, 1) == "b"
    assert feature(contexts["pictures"].info, 4) == "input 5"
    assert target(contexts["line"].info, 0, 1) == "height (cm)"
    assert target(contexts["line"].info, 1, 2) == "height 2 (cm)"


def test_a_small_picture_grows_in_whole_squares():
    grown = thumbnail(np.array([[0, 255], [255, 0]], np.uint8), (0, 255), 4)
    expected = np.kron([[0, 255], [255, 0]], np.ones((2, 2)))
    assert grown.dtype == np.uint8
    assert (grown == expected).all()


def test_a_large_picture_is_averaged_and_keeps_its_proportions():
    stripes = np.tile([[0], [1]], (100, 100)).astype(np.float32)
    small = thumbnail(stripes, (0, 1), 50)
    assert small.shape == (50, 25)
    assert (small == 127).all()


@pytest.mark.parametrize("classes", [2, 7, 8, 30])
def test_every_class_has_a_colour(classes):
    colours = colours_of(classes)
    assert len(colours) == classes
    assert len(set(colours)) == min(classes, 20)
