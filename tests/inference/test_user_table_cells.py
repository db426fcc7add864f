"""Columns and cells that another table spells otherwise, and files by whatever ending, through the command line."""

import csv
import io
import json
from pathlib import Path

import pytest
from user_tables import Run, train

pytestmark = pytest.mark.usefixtures("no_plots")


def test_a_column_is_not_taken_for_another_one_in_capitals(dnnctl: Run) -> None:
    Path("t.csv").write_text("a,A,y\n" + "".join(f"{i % 9},{i % 7},{i * 0.5}\n" for i in range(40)))
    result = train(dnnctl, "{path: t.csv, target: y}")
    Path("p.csv").write_text("A,x\n0,1\n")
    status, _, err = dnnctl("predict", result["run"], "p.csv")

    assert status == 1
    assert "p.csv: missing column 'a'; it has 'A', 'x'" in err


def test_new_categories_are_told_wherever_rows_of_another_table_are_measured(dnnctl: Run) -> None:
    Path("t.csv").write_text("c,x,y\n" + "".join(f"{['red', 'blue'][i % 2]},{i % 9},{i * 0.5}\n" for i in range(40)))
    Path("new.csv").write_text("c,x,y\nRED,1,2.5\nblue,3,4.5\n")
    result = train(dnnctl, "{path: t.csv, target: y}")
    _, out, _ = dnnctl("evaluate", result["run"], "--data", "new.csv")
    assert "new.csv: column 'c': taken as (unknown): 'RED'" in out
    assert "rows it was trained on may be among them" in " ".join(out.split())
    assert dnnctl("evaluate", result["run"], "--data", "nowhere.csv")[2].startswith(
        "error: nowhere.csv: no such file or folder; a relative path starts at the current directory"
    )
    _, out, _ = dnnctl("data", "check", "t.yaml", "--set", "data.csv.test_path=new.csv")
    assert "the test rows: column 'c': taken as (unknown): 'RED'" in out


@pytest.mark.parametrize("name", ["t.txt", "t.TAB", "t.dat", "iris.data", "t.names", "table"])
def test_what_a_network_is_trained_on_it_predicts_whatever_it_is_called(dnnctl: Run, name: str) -> None:
    Path(name).write_text("x,y\n" + "".join(f"{i % 9},{i * 0.5}\n" for i in range(40)))
    result = train(dnnctl, f"{{path: {name}, target: y}}")
    status, out, err = dnnctl("predict", result["run"], name, "--format", "jsonl")
    assert (status, len(out.splitlines())) == (0, 40), err


@pytest.mark.parametrize("ending", ["csv", "json", "jsonl", "txt"])
def test_a_file_is_written_as_its_ending_says(dnnctl: Run, ending: str) -> None:
    Path("t.csv").write_text("x,y\n" + "".join(f"{i % 9},{i * 0.5}\n" for i in range(40)))
    result = train(dnnctl, "{path: t.csv, target: y}")
    status, _, err = dnnctl("predict", result["run"], "t.csv", "-o", f"answers.{ending}")
    assert status == 0, err
    status, _, err = dnnctl("predict", result["run"], "t.csv", "--top", "3")
    assert (status, "--top 3 names the best classes; this network predicts numbers" in err) == (2, True)
    text = Path(f"answers.{ending}").read_text()
    read = {
        "csv": lambda: next(csv.DictReader(io.StringIO(text)))["name"],
        "json": lambda: json.loads(text)["predictions"][0]["name"],
        "jsonl": lambda: json.loads(text.splitlines()[0])["name"],
        "txt": lambda: text.splitlines()[1].split()[0],
    }[ending]()
    assert read == "t.csv:2"
    assert text.startswith("input  ") == (ending == "txt")


def test_a_value_may_have_line_breaks_in_its_cells(dnnctl: Run) -> None:
    Path("t.csv").write_text("c,x,y\n" + "".join(f"{'ab'[i % 2]},{i % 9},{i * 0.5}\n" for i in range(40)))
    result = train(dnnctl, "{path: t.csv, target: y}")
    written = ("a,1", '"b\nb",2', "b,3")
    asked = [part for value in written for part in ("--value", value)]
    status, out, err = dnnctl("predict", result["run"], *asked, "--format", "json")
    assert status == 0, err
    assert [row["name"] for row in json.loads(out)["predictions"]] == list(written)


@pytest.mark.parametrize("missing", ["error", "drop", "impute"])
def test_an_empty_cell_below_a_header_in_other_letters(dnnctl: Run, missing: str) -> None:
    Path("t.csv").write_text("a,b,y\n" + "".join(f"{i % 9},{i % 7},{i * 0.5}\n" for i in range(40)))
    result = train(dnnctl, f"{{path: t.csv, target: y, missing: {missing}}}")
    Path("p.csv").write_text("A,b\n1,2\nNA,3\n1,4\n")
    status, out, err = dnnctl("predict", result["run"], "p.csv")

    assert status == (1 if missing == "error" else 0)
    assert "'NA' counts as empty" in out + err
    assert "usual_missing" not in out + err


def test_an_empty_value_is_filled_as_it_is_in_a_table(dnnctl: Run) -> None:
    Path("t.csv").write_text("a,b,y\n" + "".join(f"{i % 9},{i % 7},{i * 0.5}\n" for i in range(40)))
    result = train(dnnctl, "{path: t.csv, target: y, missing: impute}")
    assert dnnctl("predict", result["run"], "--value", ",")[0] == 0
    status, _, err = dnnctl("predict", result["run"], "--value", "1,2", "--value", "1,x")
    assert (status, "--value:2: column 'b'" in err) == (2, True)
