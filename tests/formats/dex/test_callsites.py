"""Lambdas at invoke-custom call sites, and what damage does to them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from analyzer.errors import FormatError
from analyzer.formats.dex import DexFile, open_dex
from analyzer.formats.dex.callsites import Lambda, lambdas

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def data() -> bytes:
    with zipfile.ZipFile(ROOT / "samples/clipbench/apk/lambda-indy.apk") as archive:
        return archive.read("classes.dex")


def test_lambdas(data: bytes) -> None:
    (dex,) = open_dex("classes.dex", data)
    found = lambdas(dex)
    bodies = {row: dex.pools.method(made.body) for row, made in found.items()}
    main = "Lorg/apkvet/clip/lambda_indy/Main;->"
    assert bodies == {0: f"{main}lambda$onCreate$0(Landroid/view/View;)V", 1: f"{main}lambda$onCreate$1()V"}
    assert found[0] == Lambda("Landroid/view/View$OnClickListener;", "onClick(Landroid/view/View;)V", found[0].body)
    assert found[1] == Lambda("Ljava/lang/Runnable;", "run()V", found[1].body)


def test_a_file_without_call_sites_has_none(apks: Path) -> None:
    with zipfile.ZipFile(apks / "paste-button.apk") as archive:
        (dex,) = open_dex("classes.dex", archive.read("classes.dex"))
    assert lambdas(dex) == {}


def test_no_damage_of_one_byte_in_the_tables_raises(data: bytes) -> None:
    (dex,) = open_dex("classes.dex", data)
    start = dex.header.map_offset
    for at in range(start, len(data)):
        damaged = bytearray(data)
        damaged[at] ^= 0xFF
        lambdas(DexFile("classes.dex", bytes(damaged), dex.header))


def test_many_type_lists_read_as_single_ones(data: bytes) -> None:
    (dex,) = open_dex("classes.dex", data)
    offsets = dex.pools.protos["parameters"].astype(np.int64)
    flat, lengths = dex.pools.type_lists(offsets)
    single = [dex.pools.type_list(offset) for offset in offsets.tolist()]
    assert lengths.tolist() == [len(rows) for rows in single]
    assert flat.tolist() == [row for rows in single for row in rows]


@pytest.mark.parametrize("offset", [1 << 30, -2 & 0x7FFFFFFF, 0x70])
def test_a_type_list_outside_of_the_file_is_refused(data: bytes, offset: int) -> None:
    (dex,) = open_dex("classes.dex", data)
    with pytest.raises(FormatError):
        dex.pools.type_lists(np.array([0, offset], dtype=np.int64))
