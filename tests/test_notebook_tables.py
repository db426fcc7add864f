"""Results show themselves as a table, in text and in HTML."""

from dataclasses import dataclass

from dnnctl.notebook import Shown, Tabular


@dataclass(frozen=True, repr=False)
class Result(Tabular):
    rows: tuple[tuple[str, object], ...]

    def _shown(self) -> Shown:
        return "a <result>", ("name", "value"), self.rows, ["see <b>"]


def test_columns_are_lined_up() -> None:
    assert repr(Result((("loss", 0.123456), ("rows", 1234), ("none", None)))).split("\n") == [
        *("a <result>", "name  value", "loss  0.1235", "rows  1234", "none", "see <b>"),
    ]
    assert str(Result(())) == "a <result>\nsee <b>"


def test_a_notebook_gets_escaped_text() -> None:
    page = Result((("<i>", 1),))._repr_html_()
    assert page == (
        "<div><b>a &lt;result&gt;</b><table><tr><th>name</th><th>value</th></tr>"
        "<tr><td>&lt;i&gt;</td><td>1</td></tr></table><p>see &lt;b&gt;</p></div>"
    )
    assert "<table>" not in Result(())._repr_html_()


def test_of_many_rows_the_first_are_shown() -> None:
    many = Result(tuple((f"row{n}", n) for n in range(1050)))
    for told in (repr(many), many._repr_html_()):
        assert "row39" in told
        assert "row40" not in told
        assert "and 1,010 more rows" in told


def test_a_terminal_gets_no_commands() -> None:
    assert "\\x1b[31m \\u202e" in repr(Result((("\x1b[31m \u202e", 1),)))
