"""What every plot must keep to, whatever it draws."""

import subprocess
import sys

import pytest
from matplotlib.figure import Figure

from dnnctl import plugins
from dnnctl.plots.base import PACKAGE, draw_all

NAMES = plugins.names(PACKAGE)
RUNS = ("pictures", "corners", "line", "clouds", "surface", "one_input", "ages", "committee", "committee_of_numbers")


def shown_texts(figure):
    found = list(figure.texts)
    for axes in figure.axes:
        if axes.axison:
            found += [axes.xaxis.label, axes.yaxis.label, axes.title, axes._left_title]
            for axis, limits in ((axes.xaxis, sorted(axes.get_xlim())), (axes.yaxis, sorted(axes.get_ylim()))):
                inside = [tick for tick in axis.get_major_ticks() if limits[0] <= tick.get_loc() <= limits[1]]
                found += [tick.label1 for tick in inside]
        found += axes.texts
        if axes.get_legend():
            found += axes.get_legend().get_texts()
    for legend in figure.legends:
        found += legend.get_texts()
    return [text for text in found if text.get_text().strip() and text.get_visible()]


@pytest.mark.parametrize("name", NAMES)
def test_every_plot_applies_to_some_run_and_says_none_to_the_others(name, contexts):
    drawn = [plugins.load(PACKAGE, name).draw(context) for context in contexts.values()]
    assert all(figure is None or isinstance(figure, Figure) for figure in drawn)
    assert any(figure is not None for figure in drawn)


@pytest.mark.parametrize("run", RUNS)
def test_nothing_that_is_written_leaves_the_sheet(run, contexts):
    for name in NAMES:
        figure = plugins.load(PACKAGE, name).draw(contexts[run])
        if figure is None:
            continue
        figure.canvas.draw()
        renderer = figure.canvas.get_renderer()
        for text in shown_texts(figure):
            box = text.get_window_extent(renderer)
            message = f"{name}: {text.get_text()!r} at {box.extents}, sheet {figure.bbox.extents}"
            assert box.x0 >= -1, message
            assert box.y0 >= -1, message
            assert box.x1 <= figure.bbox.x1 + 1, message
            assert box.y1 <= figure.bbox.y1 + 1, message


@pytest.mark.parametrize("run", RUNS)
def test_the_heading_and_the_legend_do_not_overlap(run, contexts):
    for name in NAMES:
        figure = plugins.load(PACKAGE, name).draw(contexts[run])
        if figure is None or not figure.legends:
            continue
        figure.canvas.draw()
        heading = figure.texts[0].get_window_extent()
        assert not heading.overlaps(figure.legends[0].get_window_extent()), name


@pytest.mark.slow
@pytest.mark.parametrize("run", RUNS)
def test_equal_runs_give_equal_files(run, contexts, tmp_path):
    first = draw_all(contexts[run], tmp_path / "first")
    second = draw_all(contexts[run], tmp_path / "second")
    assert [path.name for path in first] == [path.name for path in second]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


@pytest.mark.parametrize("run", RUNS)
def test_no_name_starts_a_formula(run, contexts):
    for name in NAMES:
        figure = plugins.load(PACKAGE, name).draw(contexts[run])
        for text in shown_texts(figure) if figure is not None else []:
            assert text.get_text().count("$") == text.get_text().count(r"\$") or "mathdefault" in text.get_text()


def test_plots_use_neither_pyplot_nor_tensorflow():
    code = (
        "import sys; from dnnctl import plugins; from dnnctl.plots.base import PACKAGE\n"
        "modules = [plugins.load(PACKAGE, name) for name in plugins.names(PACKAGE)]\n"
        "assert not {'matplotlib', 'tensorflow', 'keras', 'sklearn'} & set(sys.modules)\n"
        "from dnnctl.plots.style.sheet import sheet, place; place(sheet(3, 3, 'a', 'b'), 1, 1, 1, 1)\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
