import pytest

from dnnctl.errors import UsageError
from dnnctl.plots import learning_curves
from dnnctl.plots.base import draw_all


def test_files_are_named_after_their_plots_and_what_does_not_apply_is_left_out(contexts, tmp_path):
    written = draw_all(contexts["line"], tmp_path / "plots", ["fit", "confusion_matrix", "residuals"])
    assert [path.name for path in written] == ["fit.png", "residuals.png"]
    assert sorted(path.name for path in (tmp_path / "plots").iterdir()) == ["fit.png", "residuals.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in written)


def test_an_unknown_plot_is_refused_before_anything_is_written(contexts, tmp_path):
    with pytest.raises(UsageError, match="did you mean 'learning_curves'"):
        draw_all(contexts["line"], tmp_path / "plots", ["fit", "learning_curve"])
    assert not (tmp_path / "plots").exists()


def test_a_plot_that_fails_while_it_is_written_leaves_the_old_file(contexts, tmp_path, monkeypatch):
    old = draw_all(contexts["line"], tmp_path, ["learning_curves"])[0]
    before = old.read_bytes()
    sound = learning_curves.draw

    def broken(context):
        figure = sound(context)

        def fail(stream, **options):
            stream.write(b"half")
            raise OSError("disk full")

        figure.savefig = fail
        return figure

    monkeypatch.setattr(learning_curves, "draw", broken)
    with pytest.raises(OSError, match="disk full"):
        draw_all(contexts["line"], tmp_path, ["learning_curves"])
    assert old.read_bytes() == before
    assert list(tmp_path.iterdir()) == [old]
