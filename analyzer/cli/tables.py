"""Tables as text, CSV, JSON lines and Parquet. Strings of packages are made harmless for what shows them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Literal, get_args

import msgspec

from analyzer.catalog.tables import ColumnType, Table, Value
from analyzer.errors import UsageError
from analyzer.reporting.sanitize import cell_text, clean, json_safe, without_surrogates

TableFormat = Literal["text", "csv", "jsonl"]
TABLE_FORMATS: tuple[TableFormat, ...] = get_args(TableFormat)
_LONGEST_CELL = 100
_LONGEST = 1_000_000
_MEASURED = 1000
_BATCH = 20_000


def write_table(table: Table, format_: TableFormat, out: BinaryIO) -> int:
    """Write a table; returns how many rows it has."""
    writer = {"text": _text, "csv": _csv, "jsonl": _jsonl}[format_]
    count = 0
    for line in writer(table):
        out.write(line.encode("utf-8", "replace"))
        count += 1
    return count - (format_ != "jsonl")


def _text(table: Table) -> Iterator[str]:
    """Columns side by side, as wide as the first thousand rows ask for."""
    rows = ([_shown(value) for value in row] for row in table.rows)
    first = list(islice(rows, _MEASURED))
    widths = [max(map(len, column)) for column in zip(table.columns, *first, strict=True)]
    for row in (table.columns, *first):
        yield _line(row, widths)
    for row in rows:
        yield _line(row, widths)


def _line(cells: Any, widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip() + "\n"


def _shown(value: Value) -> str:
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    return "" if value is None else clean(value, _LONGEST_CELL)


def _csv(table: Table) -> Iterator[str]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(table.columns)
    yield buffer.getvalue()
    for values in table.rows:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([cell_text(value, _LONGEST) if isinstance(value, str) else _plain(value) for value in values])
        yield buffer.getvalue()


def _plain(value: Value) -> Value:
    return value.hex() if isinstance(value, bytes) else value


def _jsonl(table: Table) -> Iterator[str]:
    for values in table.rows:
        row = dict(zip(table.columns, map(_plain, values), strict=True))
        yield json_safe(msgspec.json.encode(without_surrogates(row)).decode()) + "\n"


def write_json(documents: Any, out: BinaryIO) -> None:
    """Write structs as one JSON array, indented."""
    plain = without_surrogates(msgspec.to_builtins(documents))
    out.write(json_safe(msgspec.json.format(msgspec.json.encode(plain), indent=2).decode()).encode() + b"\n")


def write_parquet(table: Table, types: tuple[ColumnType, ...], path: Path) -> int:
    """Write a table as one Parquet file; returns how many rows it has. Raises ``UsageError`` without pyarrow."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise UsageError("Parquet needs pyarrow", mend="pip install 'apkvet[parquet]', or choose --format csv.") from None
    arrow = {"text": pyarrow.string(), "integer": pyarrow.int64(), "real": pyarrow.float64(), "blob": pyarrow.binary()}
    schema = pyarrow.schema([(name, arrow[kind]) for name, kind in zip(table.columns, types, strict=True)])
    count = 0
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while batch := list(islice(table.rows, _BATCH)):
            count += len(batch)
            columns = [
                pyarrow.array([_as(value, kind) for value in column], arrow[kind])
                for column, kind in zip(zip(*batch, strict=True), types, strict=True)
            ]
            writer.write_batch(pyarrow.record_batch(columns, schema=schema))
    return count


def _as(value: Value, kind: ColumnType) -> Value:
    if value is None or kind != "text":
        return value
    text: str = without_surrogates(value) if isinstance(value, str) else str(_plain(value))
    return text
