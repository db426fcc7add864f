import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import tables
from benchmarks.contenders import CONTENDERS
from benchmarks.interleaving import all_cores, interleave, thread_choices, threads_text
from benchmarks.record import Record
from benchmarks.targets import TARGETS
from benchmarks.timings import UnequalWorkError, check_steps, fastest, paired_ratio, ratio, summary


def entry(*seconds: float, steps: int = 4, kind: str = "peer", quality: float | None = 0.9, warm: int = 4) -> Any:
    rounds = [{"seconds": each, "steps": steps} for each in seconds]
    return {
        "title": "one",
        "kind": kind,
        "threads": [2],
        "calibration": {},
        "rounds": rounds,
        "steps": warm + steps * len(seconds),
        "quality": quality,
        "facts": {},
        "idle_processor_seconds": 0.0,
    }


def section(**entries: Any) -> Any:
    return {
        "kind": "training",
        "title": "a training",
        "rows": 400,
        "epochs": 1,
        "steps": 4,
        "quality": "test accuracy",
        "skipped": {"left": "refused"},
        "entries": entries,
    }


def test_a_summary_has_the_middle_and_the_ends() -> None:
    assert summary([3.0, 1.0, 2.0, 10.0]) == {"median": 2.5, "low": 1.0, "high": 10.0, "rounds": 4}


def test_what_slows_a_whole_round_does_not_change_a_ratio() -> None:
    assert paired_ratio([1.0, 10.0, 1.0], [2.0, 20.0, 2.0]) == 0.5
    with pytest.raises(ValueError, match="zip"):
        paired_ratio([1.0], [1.0, 2.0])


def test_a_ratio_needs_both() -> None:
    assert ratio({"one": entry(2.0), "other": entry(4.0)}, "one", "other") == 0.5
    assert ratio({"one": entry(2.0)}, "one", "other") is None


def test_the_fastest_is_found_within_its_kind_by_its_median() -> None:
    entries = {"torch-x": entry(1.0, 9.0, 9.0), "torch-y": entry(2.0, 2.0, 20.0), "keras": entry(0.1)}
    entries["floor"] = entry(0.01, kind="floor")
    assert fastest(entries, "peer", "torch-") == "torch-y"
    assert fastest(entries, "floor") == "floor"
    assert fastest(entries, "dnnctl") is None


def test_equal_steps_pass_and_others_are_named() -> None:
    check_steps({"one": entry(1.0, 1.0), "other": entry(2.0, 2.0)}, 4, 12)
    with pytest.raises(UnequalWorkError, match="other: expected 4 steps a round, received 5, 5") as caught:
        check_steps({"one": entry(1.0, 1.0), "other": entry(2.0, 2.0, steps=5)}, 4, 12)
    assert "one" not in str(caught.value)


def test_steps_taken_while_warming_up_count() -> None:
    with pytest.raises(UnequalWorkError, match="one: expected 12 steps in all, received 13"):
        check_steps({"one": entry(1.0, 1.0, warm=5)}, 4, 12)


def test_rounds_alternate() -> None:
    order: list[str] = []

    def run(name: str) -> dict[str, Any]:
        order.append(name)
        return {"seconds": float(len(order))}

    done = interleave({"A": lambda: run("A"), "B": lambda: run("B")}, 3, lambda _: None)
    assert order == ["A", "B", "A", "B", "A", "B"]
    assert [each["seconds"] for each in done["B"]] == [2.0, 4.0, 6.0]


@pytest.mark.parametrize(
    ("cores", "expected"),
    [(1, [(1,)]), (2, [(1,), (2,)]), (6, [(1,), (2,), (4,), (6,)]), (8, [(1,), (2,), (4,), (8,)])],
)
def test_thread_numbers_go_up_to_the_cores(cores: int, expected: list[tuple[int, ...]]) -> None:
    assert thread_choices(CONTENDERS["torch-fused"], cores) == expected
    both = [(n, n) for (n,) in expected] + ([(1, cores)] if cores > 1 else [])
    assert thread_choices(CONTENDERS["keras-fit"], cores) == both
    assert thread_choices(CONTENDERS["dnnctl-keras"], cores) == [()]
    assert [all_cores(CONTENDERS[key], cores) for key in ("keras-fit", "torch-fused", "dnnctl-keras")] == [
        (cores, cores),
        (cores,),
        (),
    ]


def test_thread_settings_are_written_out() -> None:
    assert [threads_text(t) for t in ((), (2,), (2, 2), (1, 2))] == ["auto", "2", "2", "1 x 2"]


def test_a_record_is_json_with_every_round_and_becomes_tables(tmp_path: Path) -> None:
    record = Record({"rounds": 2}, tmp_path)
    floor = {"products-numpy": entry(1.0, 1.0, kind="floor", quality=None)}
    dnnctl = {"dnnctl-keras": entry(1.5, 1.5, kind="dnnctl", quality=0.98)}
    jax = {"jax-threefry": entry(0.5, 0.5), "jax-rbg": entry(0.6, 0.6)}
    record.add("a", section(**{"keras-fit": entry(2.0, 3.0), **jax, **dnnctl, **floor}))
    read = json.loads(record.file.read_text(encoding="utf-8"))
    assert [each["seconds"] for each in read["sections"]["a"]["entries"]["keras-fit"]["rounds"]] == [2.0, 3.0]
    assert {"processor", "cores", "memory_bytes", "python"} <= set(read["machine"])
    assert {"command", "commit", "versions", "options"} <= set(read)
    text = tables.document(read)
    assert "| (a) an epoch against plain Keras on NumPy arrays | at most 0.6 | 0.62 | **missed** |" in text
    assert "| (a) against the matrix products alone, float32 | at most 1.6 | 1.50 | met |" in text
    assert "| (b) best engine against plain Keras | at most 0.35 |  | not measured |" in text
    assert "| **one** | 2 | 1.50 (1.50 to 1.50) | 0.62 |  | 3.00 | 1.50 | 12 | 0.9800 |" in text
    assert "| (a) against the faster of JAX's scans | at most 0.9 | 3.00 | **missed** |" in text
    assert "Left out: left, refused" in text


def test_without_sections_no_target_is_called_met() -> None:
    assert [target.value({}) for target in TARGETS] == [None] * len(TARGETS)


def test_growth_and_memory_are_taken_from_the_most_rows() -> None:
    def rows(count: int, epoch: float, share: float) -> dict[str, Any]:
        return {"rows": count, "epoch_seconds": [99.0, epoch, epoch], "share": share}

    sections = {"rows": {"entries": [rows(1_000_000, 30.0, 1.2), rows(100_000, 2.0, 7.0)]}}
    values = {target.text: target.value(sections) for target in TARGETS}
    assert values["seconds a row, 1,000,000 rows against 100,000"] == pytest.approx(1.5)
    assert values["peak memory beyond TensorFlow's own, in sizes of the uint8 data"] == 1.2


def test_tables_go_between_the_marks_of_a_page(clone: Path) -> None:
    begin, end = tables.MARKS
    once = tables.insert(f"above\n{begin}\nold\n{end}\nbelow\n", "new\n")
    assert once == f"above\n{begin}\n\nnew\n\n{end}\nbelow\n"
    assert tables.insert(once, "new\n") == once
    assert tables.insert((clone / "docs" / "performance.md").read_text(encoding="utf-8"), "new\n").count("new\n") == 1
    with pytest.raises(ValueError, match="once each"):
        tables.insert("a page without marks", "new\n")
