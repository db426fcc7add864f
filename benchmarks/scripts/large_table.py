"""Write a table of any number of rows in Parquet files: 30 numbers, 3 categories, and two classes that depend on some.

    python -m benchmarks.scripts.large_table FOLDER --rows 55000000 [--group 131072] [--sorted]

55 million rows are 10 GB. `--sorted` writes all rows of one class before those of the other.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

NUMBERS, CATEGORIES, SHOWN = 30, 3, 5
# Rows of a file, and rows that are drawn at a time.
FILE, DRAWN = 5 << 20, 1 << 17


def drawn(number: int, rows: int, label: int | None) -> Any:
    """Return a piece of the table.

    Args:
        number: Which piece; it decides what is in it.
        rows: How many rows it has.
        label: The class that all of them are of; None for both as they come.
    """
    import pyarrow as pa

    draw = np.random.Generator(np.random.Philox(key=[2026, number]))
    x = draw.standard_normal((NUMBERS, rows), np.float32)
    codes = [draw.integers(3, size=rows).astype(np.int32) for _ in range(CATEGORIES)]
    score = x[:SHOWN].sum(axis=0) + codes[0] - 1 + draw.standard_normal(rows, np.float32)
    if label is not None:
        # Rows of the other class become rows of this one by turning round what decides.
        wrong = (score > 0) != bool(label)
        x[:SHOWN, wrong] *= -1
        codes[0][wrong] = 2 - codes[0][wrong]
        score[wrong] *= -1
    columns: dict[str, Any] = {f"x{i}": row for i, row in enumerate(x)}
    for i, own in enumerate(codes):
        columns[f"kind{i}"] = pa.DictionaryArray.from_arrays(own, ["red", "green", "blue"])
    columns["y"] = np.where(score > 0, "yes", "no")
    return pa.table(columns)


def write(folder: Path, rows: int, group: int, *, in_order: bool) -> None:
    """Write the table.

    Args:
        folder: Where to; it must not exist.
        rows: How many rows.
        group: Rows of a row group.
        in_order: Whether the classes come one after the other.
    """
    import pyarrow.parquet as pq

    folder.mkdir(parents=True)
    for start in range(0, rows, FILE):
        writer = None
        for first in range(start, min(start + FILE, rows), DRAWN):
            count = min(DRAWN, rows - first)
            piece = drawn(first // DRAWN, count, int(first >= rows / 2) if in_order else None)
            writer = writer or pq.ParquetWriter(folder / f"part-{start // FILE:04}.parquet", piece.schema)
            writer.write_table(piece, row_group_size=group)
        if writer is not None:
            writer.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--group", type=int, default=DRAWN)
    parser.add_argument("--sorted", action="store_true")
    given = parser.parse_args()
    write(given.folder, given.rows, given.group, in_order=given.sorted)
