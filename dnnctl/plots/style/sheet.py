"""Figures with a heading, and axes placed on them in inches.

Everything is set on the figure itself: nothing here touches pyplot or matplotlib's global settings, so
that plots can be drawn in any thread and leave a user's own settings alone.
"""

from math import ceil
from typing import TYPE_CHECKING

from dnnctl.plots.style.text import plain, width_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 120
TITLE, TEXT, SMALL = 12.0, 9.0, 8.0  # Points.
HEADING = 0.72  # Inches at the top of a sheet: title and subtitle.
EDGE = 0.18  # Inches left free at every side.
BESIDE = 2.1  # Inches for a legend at the right.

# Okabe and Ito's colours, which people with a colour vision deficiency can tell apart.
BLUE, RED, GREEN, PINK, ORANGE, SKY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"
INK, GREY, FAINT = "#222222", "#6b6b6b", "#e4e4e4"
SEVERAL = (BLUE, RED, GREEN, PINK, ORANGE, SKY, INK)
MARKERS = "os^DvPX"


def sheet(width: float, height: float, title: str, subtitle: str) -> "Figure":
    """Return a figure with a heading.

    Args:
        width: Inches; made wider if the heading needs it.
        height: Inches, the `HEADING` included.
        title: What is seen.
        subtitle: Of which run and which rows; figures.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from dnnctl.plots.style.figure import LetteredFigure

    title, subtitle = plain(title, 80), plain(subtitle, 150)
    width = max(width, width_of(title, TITLE, "bold") + 2 * EDGE, width_of(subtitle, TEXT) + 2 * EDGE)
    figure = LetteredFigure(figsize=(width, height), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    left = EDGE / width
    figure.text(left, 1 - 0.14 / height, title, size=TITLE, weight="bold", color=INK, va="top")
    figure.text(left, 1 - 0.38 / height, subtitle, size=TEXT, color=GREY, va="top")
    return figure


def place(figure: "Figure", left: float, bottom: float, width: float, height: float) -> "Axes":
    """Add quiet axes to a sheet.

    Args:
        figure: A sheet.
        left: Inches from the left edge of the sheet.
        bottom: Inches from the lower edge.
        width: Inches.
        height: Inches.
    """
    across, up = figure.get_size_inches()
    axes = figure.add_axes((left / across, bottom / up, width / across, height / up))
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GREY)
    axes.tick_params(labelsize=SMALL, length=3, color=GREY, labelcolor=INK)
    axes.grid(color=FAINT, linewidth=0.7)
    axes.set_axisbelow(True)
    return axes


def paper(figure: "Figure") -> "Axes":
    """Add invisible axes over the whole sheet, whose coordinates are inches from its lower left corner."""
    across, up = figure.get_size_inches()
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, across)
    axes.set_ylim(0, up)
    return axes


def label(axes: "Axes", x: str, y: str, title: str = "") -> None:
    """Name the axes, and what is on them, in words that are already `plain`."""
    axes.set_xlabel(x, size=TEXT, color=INK, labelpad=3)
    axes.set_ylabel(y, size=TEXT, color=INK, labelpad=3)
    if title:
        axes.set_title(title, size=TEXT, color=INK, loc="left", pad=5, weight="bold")


# Numbers are far from zero if they are so many times as large as the range of an axis.
FAR = 1e4


def tidy(axes: "Axes", whole: str = "") -> None:
    """Write few numbers at linear axes, and those in full.

    Args:
        axes: Axes on which everything is drawn.
        whole: `x` or `y` where only whole numbers make sense.
    """
    from matplotlib.ticker import MaxNLocator, ScalarFormatter

    for name, axis, scale in (("x", axes.xaxis, axes.get_xscale()), ("y", axes.yaxis, axes.get_yscale())):
        if scale == "linear":
            axis.set_major_locator(MaxNLocator(nbins=6, integer=name == whole, steps=[1, 2, 2.5, 5, 10]))
            low, high = axis.get_view_interval()
            # Of times in seconds the first digits are all the same, and stand at the end of the axis once.
            far = bool(max(abs(low), abs(high)) > FAR * abs(high - low))
            axis.set_major_formatter(ScalarFormatter(useOffset=far))


def panels(
    title: str, subtitle: str, count: int, size: tuple[float, float] = (3.3, 2.3), columns: int = 3
) -> tuple["Figure", list["Axes"]]:
    """Return a sheet with axes side by side, in rows of at most `columns`.

    Args:
        title: What is seen.
        subtitle: Of which run and which rows.
        count: Number of axes.
        size: Width and height of each, in inches; a single one is drawn larger.
        columns: Most axes in a row.
    """
    if count == 1:
        size = (size[0] * 1.6, size[1] * 1.4)
    columns = min(columns, count)
    rows = ceil(count / columns)
    across, up = size[0] + 0.9, size[1] + 0.78
    figure = sheet(columns * across + 2 * EDGE, rows * up + HEADING, title, subtitle)
    height = figure.get_size_inches()[1]
    spots = [(EDGE + i % columns * across, height - HEADING - (i // columns + 1) * up) for i in range(count)]
    return figure, [place(figure, left + 0.8, bottom + 0.56, *size) for left, bottom in spots]


def colours_of(classes: int) -> list[str]:
    """Return a colour for each class."""
    if classes <= len(SEVERAL):
        return list(SEVERAL[:classes])
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    return [to_hex(colormaps["tab20"](i % 20)) for i in range(classes)]


def key(figure: "Figure", handles: list[object], scale: float = 1.0) -> None:
    """Put a legend of a few short words at the upper right of a sheet, beside the title.

    Args:
        figure: A sheet.
        handles: What was drawn.
        scale: How many times as large points are in the legend.
    """
    figure.legend(
        handles=handles,
        loc="upper right",
        ncols=len(handles),
        fontsize=SMALL,
        frameon=False,
        borderaxespad=0.4,
        handlelength=1.6,
        columnspacing=1.2,
        markerscale=scale,
    )


def key_beside(axes: "Axes", handles: list[object], scale: float = 1.0) -> None:
    """Put a legend of classes at the right of the axes, where the sheet has `BESIDE` inches for it.

    Args:
        axes: What it is about.
        handles: What was drawn.
        scale: How many times as large points are in the legend.
    """
    axes.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(1.01, 1.01),
        fontsize=SMALL,
        frameon=False,
        handlelength=1.4,
        labelspacing=0.7,
        markerscale=scale,
    )
