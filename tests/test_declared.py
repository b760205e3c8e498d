"""What Google Play's form says against what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.declared import load_data_types, read_declaration, with_declaration
from analyzer.errors import UsageError
from analyzer.policy import load_policy
from analyzer.result import DeclaredDoc, Result
from analyzer.scan import assess, load_rules, observe


@pytest.fixture(scope="module")
def game() -> Result:
    """The ad-funded sample: location on screen opening, the advertising id, and a permission for the rough location."""
    ruleset, watch = load_rules()
    path = Path(__file__).resolve().parents[1] / "samples/apk/shape-ad-game.apk"
    return assess(observe(path, watch), ruleset, load_policy())


def told(game: Result, path: Path) -> DeclaredDoc:
    declared = with_declaration(game, read_declaration(path)).declared
    assert declared is not None
    return declared


def test_the_form_of_the_sample(game: Result, root: Path) -> None:
    declared = told(game, root / "samples/destinations/data_safety.csv")
    assert [doc.type for doc in declared.undeclared] == ["PSL_DEVICE_ID"]
    assert [doc.type for doc in declared.not_observed] == ["PSL_EMAIL"]
    assert [doc.type for doc in declared.agreeing] == ["PSL_APPROX_LOCATION"]
    assert [doc.type for doc in declared.cannot_tell] == ["PSL_PURCHASE_HISTORY"]
    (device,) = declared.undeclared
    assert (device.strength, device.collected, device.shared) == ("reachable", False, False)
    assert device.evidence[0].place is not None
    (location,) = declared.agreeing
    assert (location.strength, location.collected, location.shared) == ("reachable", True, True)


def test_nothing_declared(game: Result, tmp_path: Path) -> None:
    path = tmp_path / "form.csv"
    path.write_text("﻿PSL_DATA_COLLECTION_COLLECTS_PERSONAL_DATA,,FALSE,REQUIRED,Does your app collect data?\n", encoding="utf-8")
    declared = told(game, path)
    # The rough location only: the app does not ask for the precise one.
    assert [doc.type for doc in declared.undeclared] == ["PSL_APPROX_LOCATION", "PSL_DEVICE_ID"]
    assert (declared.not_observed, declared.agreeing, declared.cannot_tell) == ((), (), ())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a,b,c\n1,2,3\n", "is no export of a Data safety form"),
        (b"\xff\xfe\x00", "is no text"),
        (b"", "is no export"),
        (b'PSL_DATA_TYPES_LOCATION,"PSL_APPROX', "is no export"),
    ],
    ids=["another table", "bytes", "empty", "cut"],
)
def test_a_file_that_is_no_form_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "form.csv"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=said):
        read_declaration(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_declaration(tmp_path / "form.csv")


def test_every_type_of_the_form_is_in_the_table() -> None:
    types = load_data_types()
    assert len(types) == 38
    assert sum(kind.can_be_seen for kind in types.values()) == 17


@given(
    st.lists(
        st.tuples(*[st.sampled_from(["PSL_DATA_TYPES_LOCATION", "PSL_APPROX_LOCATION", "TRUE", ":", '"', "\0"]) | st.text()] * 4)
    )
)
def test_any_rows_are_a_declaration_or_refused(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]) -> None:
    path = tmp_path_factory.mktemp("form") / "form.csv"
    path.write_bytes("\n".join(map(",".join, rows)).encode("utf-8", "surrogatepass"))
    try:
        declaration = read_declaration(path)
    except UsageError as error:
        assert "\n" not in str(error)
        return
    assert declaration.collected | declaration.shared <= set(load_data_types())
