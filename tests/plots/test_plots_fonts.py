"""Letters that the usual font lacks are drawn in another one, if any that is installed has them."""

import logging

import numpy as np
import pytest
from matplotlib.font_manager import fontManager

from dnnctl.plots.style import fonts
from dnnctl.plots.style.sheet import TEXT, label, place, sheet
from dnnctl.plots.style.text import cut, plain, width_of

# Small k with a palatal hook, which matplotlib brings in STIX and not in DejaVu Sans.
HOOK = "\u1d84"
# Private, so no font has it but by chance.
NOWHERE = "\U0010fff0"


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Only matplotlib's own fonts are installed, and no letter has been looked for."""
    entries = [entry for entry in fontManager.ttflist if "mpl-data" in entry.fname]
    monkeypatch.setattr(fontManager, "ttflist", entries)
    monkeypatch.setattr(fonts, "_family_of", {})
    monkeypatch.setattr(fonts, "_lacking", {})
    monkeypatch.setattr(fonts, "_all_fonts", lambda: fontManager.ttflist)
    width_of.cache_clear()


def drawn(text):
    figure = sheet(3, 2, text, "")
    axes = place(figure, 1, 0.6, 1.5, 0.6)
    axes.set_yticks([0, 1], [text, text])
    label(axes, text, "", text)
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())


def test_a_letter_is_drawn_in_a_font_that_has_it(caplog):
    with caplog.at_level(logging.WARNING, logger="matplotlib"):
        assert plain(f"a{HOOK}") == f"a{HOOK}"
        assert fonts.families(HOOK) == ["STIXGeneral (dnnctl)"]
        picture = drawn(plain(f"a{HOOK}"))
    assert not caplog.records, "matplotlib complains on standard error"
    assert not np.array_equal(picture, drawn("a?"))
    assert width_of(f"a{HOOK}", TEXT) > width_of("a", TEXT) + width_of("i", TEXT)
    assert not fonts.lacking()


def test_letters_that_no_font_has_are_told_once():
    assert plain(f"부산 {NOWHERE} ไทย ab\U000e0061") == "?? ? ??? ab"
    told = fonts.lacking()
    assert "ทไยบ" not in told
    for part in ("Korean", "Thai", "signs", "Noto Sans CJK", "Noto Sans Thai", "부"):
        assert part in told
    assert not fonts.lacking()
    drawn(plain("부산"))


def test_nothing_is_looked_for_where_the_usual_font_has_all(monkeypatch):
    monkeypatch.setattr(fonts, "_candidates", lambda letters: pytest.fail(f"looked for {letters}"))
    assert plain("Größe, Ωμέγα, Москва – ²") == "Größe, Ωμέγα, Москва – ²"
    drawn("Größe")


def test_a_damaged_font_is_passed_over(tmp_path, monkeypatch):
    from dataclasses import replace

    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    entries = fontManager.ttflist
    entries.insert(0, replace(entries[0], fname=str(broken), name="Aaa Sans"))
    assert plain(HOOK) == HOOK


def test_wide_letters_count_as_two():
    assert cut("가나다라", 8) == "가나다라"
    assert cut("가나다라마", 8) == "가나다…"
    assert cut("abcdefghi", 8) == "abcdefg…"
    assert cut("", 3) == ""


@pytest.mark.parametrize("contents", [b"", b"no font at all", b"\x00\x01\x00\x00" + bytes(200)])
def test_a_damaged_font_has_no_letters(contents, tmp_path):
    (tmp_path / "damaged.ttf").write_bytes(contents)
    assert fonts._codes(str(tmp_path / "damaged.ttf"), 0).size == 0
    assert fonts._codes(str(tmp_path / "missing.ttf"), 0).size == 0
