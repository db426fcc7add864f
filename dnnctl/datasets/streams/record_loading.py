"""Records of TFRecord: from the options to rows of a table, or to pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnctl.datasets.arrays.info import check_form
from dnnctl.datasets.base import Dataset, DatasetInfo
from dnnctl.datasets.columns import Column, TableInfo
from dnnctl.datasets.parts.data_files import LARGE, digest
from dnnctl.datasets.parts.faults import WrongOptionError, quoted
from dnnctl.datasets.parts.target import Asked, Target, decide_counted
from dnnctl.datasets.samples import AnySamples, Samples
from dnnctl.datasets.streams.arrays import ArrayStream
from dnnctl.datasets.streams.cache import cache_folder
from dnnctl.datasets.streams.conversion import Converted, Plan, Settled, converted
from dnnctl.datasets.streams.loading import OpenedTable, load_columns, load_more_columns
from dnnctl.datasets.streams.record_table import RecordFiles
from dnnctl.datasets.streams.samples import StreamedSamples
from dnnctl.datasets.streams.selection import Selection
from dnnctl.datasets.streams.table import Roles
from dnnctl.datasets.streams.target_pass import look_at_targets
from dnnctl.datasets.tables.features import Feature
from dnnctl.datasets.tables.names import position_of
from dnnctl.datasets.tables.options import ColumnOptions, Image
from dnnctl.datasets.tables.selection import Wanted, chosen_columns, known_columns, split_off_group
from dnnctl.datasets.tables.settled_forms import converted as in_form
from dnnctl.datasets.tables.settled_forms import settled_form

PIXELS = (0.0, 255.0)


def load_records(
    options: ColumnOptions,
    features: Mapping[str, str],
    digests: dict[str, str],
    run: DatasetInfo | None = None,
    trained: TableInfo | None = None,
) -> Dataset:
    """Write records once as numbers, and find out what they hold.

    Args:
        options: Their options.
        features: What records hold, as it is written.
        digests: Of the files.
        run: What is known about the data of a run, whose task and classes are taken; None while there is none.
        trained: What the columns were taken for by a run; None where that is to be found out.

    Raises:
        WrongOptionError: If an option does not fit.
        DataError: If they cannot be read, or hold what cannot be learned from.
    """
    if isinstance(options.image, Image):
        raise WrongOptionError(
            "image",
            "is for columns that are pixels, in csv and parquet; a picture in a record is a feature, as "
            f"`uint8[{', '.join(map(str, options.image.shape))}]`",
        )
    records = RecordFiles(options.path, features, "path", options.missing_values)
    wanted = split_off_group(records, chosen_columns(records, options, trained), len(options.target), options.group)
    inputs, targets = wanted[: -len(options.target)], wanted[-len(options.target) :]
    picture = _picture(records, inputs, targets)
    if picture is not None:
        return _load_pictures(options, features, picture, records, targets, digests, run)
    grouped = None
    if options.group is not None:
        grouped = Wanted(options.group, position_of(records, options.group, "group"), "category")

    def test(table: TableInfo, dtype: np.dtype[Any]) -> OpenedTable:
        files = RecordFiles(str(options.test_path), features, "test_path", options.missing_values)
        return _open_known(files, table, dtype.str)

    table = _opened(records, inputs, targets, grouped, options.missing)
    return load_columns("tfrecord", options, table, test if options.test_path else None, digests, run)


def load_more_records(
    options: ColumnOptions,
    features: Mapping[str, str],
    info: DatasetInfo,
    table: TableInfo | None,
    digests: dict[str, str],
) -> Dataset:
    """Return other records with the features of a run's; all their rows are in `train`.

    Args:
        options: How they were described.
        features: What records hold.
        info: What is known about the data of the run.
        table: The run's columns; None for pictures.
        digests: Of the files.

    Raises:
        DataError: If they cannot be read, or a feature is missing.
    """
    records = RecordFiles(options.path, features, "path", options.missing_values)
    if table is not None:
        return load_more_columns("tfrecord", options, _open_known(records, table), info, table, digests)
    wanted = chosen_columns(records, options)
    targets = wanted[-len(options.target) :]
    picture = _picture(records, wanted[: -len(options.target)], targets)
    assert picture is not None
    check_form(records.name, picture.shape, PIXELS, info)
    stream, notes = _pictures(records, picture, targets, options.missing)
    samples = _samples(replace(stream, classes=info.class_names), options)
    return Dataset("tfrecord", info, samples, None, options.path, digests, notes)


def _picture(records: RecordFiles, inputs: Sequence[Wanted], targets: Sequence[Wanted]) -> Feature | None:
    """Return the picture that is predicted from; None where it is numbers and texts."""
    pictures = [one for one in (*inputs, *targets) if records.places[one.position][0].is_picture]
    if not pictures:
        return None
    if pictures[0] in targets:
        raise WrongOptionError("target", f"{pictures[0].name!r} is a picture; expected numbers or classes")
    others = [one.name for one in inputs if one is not pictures[0]]
    if others:
        raise WrongOptionError(
            "exclude", f"a picture is the only input; leave out {quoted(others)}, or the picture {pictures[0].name!r}"
        )
    return records.places[pictures[0].position][0]


def _known(records: RecordFiles, wanted: Sequence[Wanted]) -> tuple[Wanted, ...]:
    found = []
    for one in wanted:
        own = records.places[one.position][0].kind
        # Texts are settled once all of them were read, and so are numbers that are said to be dates, as 20240305.
        texts = one.asked.startswith("date") or (own == "category" and (one.is_open or one.form is not None))
        found.append(replace(one, kind="category" if texts else one.kind or own))
    return tuple(found)


def _settle(
    name: str,
    wanted: Sequence[Wanted],
    columns: tuple[Column, ...],
    counts: Sequence[NDArray[np.int64]],  # noqa: ARG001
) -> Settled:
    """Return what columns of text hold, now that all their words are known."""
    found, values, warnings = list(columns), {}, []
    for i, (one, column) in enumerate(zip(wanted, columns, strict=True)):
        words = column.words
        if column.kind != "category" or not words:
            continue
        if one.form is not None:
            found[i] = Column(column.name, one.form.kind, (), one.form)
            values[i] = in_form(one, one.form, words, lambda _: name)
            continue
        settled = settled_form(one, words, ".", "", lambda _: name, name) if one.is_open else None
        if settled is not None and settled.column.form is not None:
            found[i], values[i] = settled.column, settled.values
            warnings += settled.warnings
    return Settled(tuple(found), values, tuple(warnings))


def _open_known(records: RecordFiles, table: TableInfo, number: str = "") -> OpenedTable:
    wanted = known_columns(records, (*table.columns, *table.targets))
    many = len(table.columns)
    return _opened(records, wanted[:many], wanted[many:], None, table.missing, number)


def _opened(
    records: RecordFiles,
    inputs: Sequence[Wanted],
    targets: Sequence[Wanted],
    group: Wanted | None,
    missing: str,
    number: str = "",
) -> OpenedTable:
    found = _converted(records, tuple(inputs), tuple(targets), group, missing, number=number)
    own = found.source.wanted()
    roles = Roles(own[: len(inputs)], own[len(inputs) :], None, missing)
    return OpenedTable(found.source, roles, found.notes, found.warnings)


def _converted(
    records: RecordFiles,
    inputs: tuple[Wanted, ...],
    targets: tuple[Wanted, ...],
    group: Wanted | None,
    missing: str,
    picture: Feature | None = None,
    number: str = "",
) -> Converted:
    shape = picture.shape if picture else ()
    wanted = (*inputs, *targets)
    plan = Plan(records.name, _known(records, wanted), len(inputs), group, missing, 0, shape, number)
    changed = [file.changed for file in records.files]
    folder = cache_folder("tfrecord", digest(records.files), changed, records.features, plan, sorted(records.missing))
    return converted(plan, folder, lambda: records.pieces(plan, picture), partial(_settle, plan.name, wanted))


def _pictures(
    records: RecordFiles, picture: Feature, targets: Sequence[Wanted], missing: str
) -> tuple[ArrayStream, tuple[str, ...]]:
    found = _converted(records, (), tuple(targets), None, missing, picture)
    assert found.pixels is not None
    return ArrayStream(found.pixels, found.source, picture.shape, "uint8", ()), found.notes


def _samples(stream: ArrayStream, options: ColumnOptions) -> AnySamples:
    """Return pictures, read if they are few or if that is asked for."""
    size = stream.inputs.row_bytes * len(stream.inputs)
    if size > LARGE if options.stream == "auto" else options.stream:
        return StreamedSamples(stream, Selection(stream.sizes))
    whole = replace(stream, block=len(stream.inputs))
    blocks = [whole.read(group) for group in range(len(whole.sizes))]
    return Samples(np.concatenate([block.x for block in blocks]), np.concatenate([block.y for block in blocks]))


def _load_pictures(
    options: ColumnOptions,
    features: Mapping[str, str],
    picture: Feature,
    records: RecordFiles,
    targets: Sequence[Wanted],
    digests: dict[str, str],
    run: DatasetInfo | None,
) -> Dataset:
    if options.group is not None:
        raise WrongOptionError("group", "is for tables, not for pictures; take this key out")
    stream, notes = _pictures(records, picture, targets, options.missing)
    found = look_at_targets(stream.targets, stream.targets.wanted())
    asked = Asked(options.task, records.name, "data.tfrecord", pictures=True, run=run)
    target = decide_counted(found.columns, found.cells, asked)
    stream, test = replace(stream, classes=target.classes), None
    if options.test_path is not None:
        other = RecordFiles(options.test_path, features, "test_path", options.missing_values)
        apart, more = _pictures(other, picture, targets, options.missing)
        test, notes = _samples(replace(apart, classes=target.classes), options), (*notes, *more)
    info = _info(options, picture, target, (len(stream.inputs), len(test) if test else 0))
    notes = (*notes, f"task: {target.task}, {target.reason}")
    samples = _samples(stream, options)
    return Dataset("tfrecord", info, samples, test, options.path, digests, notes, target.warnings)


def _info(options: ColumnOptions, picture: Feature, target: Target, rows: tuple[int, int]) -> DatasetInfo:
    return DatasetInfo(
        title=f"{Path(options.path).name}: pictures of {' x '.join(map(str, picture.shape))}",
        task=target.task,
        input_shape=picture.shape,
        class_names=target.classes,
        target=", ".join(options.target),
        targets=tuple(options.target) if not target.classes and len(options.target) > 1 else (),
        input_range=PIXELS,
        rows=rows,
        licence="your own",
        source=options.path,
    )
