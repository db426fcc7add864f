"""The figure that all plots are drawn on; imported where one is made, as matplotlib is heavy."""

from typing import Any

from matplotlib.figure import Figure
from matplotlib.text import Text

from dnnctl.plots.style.fonts import families


class LetteredFigure(Figure):
    """A figure whose text is drawn in a font that has its letters, whatever they are."""

    def draw(self, renderer: Any) -> None:
        """Draw it; as matplotlib calls it for every file and screen."""
        for text in self.findobj(Text):
            assert isinstance(text, Text)
            if more := families(text.get_text()):
                own = [name for name in text.get_fontfamily() if name not in more]
                text.set_fontfamily([*own, *more])
        super().draw(renderer)
