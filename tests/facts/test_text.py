"""Facts print as one line and parse back to the same fact."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import FormatError
from analyzer.facts import (
    ApiCall,
    AppIdentity,
    Argument,
    ClipboardAccess,
    Component,
    Fact,
    Gap,
    IntentFilter,
    Owner,
    Permission,
    PermissionUse,
    Place,
    Trait,
    format_fact,
    format_place,
    parse_fact,
    parse_facts,
    parse_place,
    sort_facts,
)

PLACE = Place("classes.dex", "Lcom/a/B;->c()V", 0x12)

LINES: list[tuple[Fact, str]] = [
    (
        ClipboardAccess("read", "Lx/Y;->z()V", Owner("library", "AndroidX"), at=PLACE),
        "clipboard read api=Lx/Y;->z()V owner=library:AndroidX at=classes.dex:Lcom/a/B;->c()V+0012",
    ),
    (
        ApiCall("Lx/Y;->z(I)V", "location", arg=(Argument(0, "a b"),), at=PLACE),
        'api-call Lx/Y;->z(I)V category=location arg={"index":0,"value":"a b"} at=classes.dex:Lcom/a/B;->c()V+0012',
    ),
    (
        Permission("android.permission.CAMERA", declared=True, used=False),
        "permission android.permission.CAMERA declared=true used=false",
    ),
    (AppIdentity("com.a", label="My app", target_sdk=34), 'app com.a label="My app" target_sdk=34'),
    (Component("service", "com.a.S", exported=True), "component service name=com.a.S exported=true"),
    (Trait("debuggable"), "trait debuggable"),
    (Gap("bad-dex", "cut short", size=7, at=Place("classes2.dex")), 'gap bad-dex why="cut short" size=7 at=classes2.dex'),
]


@pytest.mark.parametrize(("fact", "line"), LINES)
def test_line(fact: Fact, line: str) -> None:
    assert format_fact(fact) == line
    assert parse_fact(line) == fact


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "the line is empty"),
        ("clipbord read", "unknown kind of fact 'clipbord'"),
        ("clipboard read operaton=x", "unknown field 'operaton' of clipboard"),
        ("clipboard steal", "Invalid enum value 'steal'"),
        ("clipboard read api=a api=b", "given twice"),
        ("app a target_sdk=many", "field target_sdk of app"),
        ('trait "a', "not a fact"),
        ("clipboard read at=classes.dex:Lx;->y()V+", "no offset after"),
    ],
)
def test_a_bad_line_says_what_is_wrong(line: str, message: str) -> None:
    with pytest.raises(FormatError, match=message.replace("(", r"\(")):
        parse_fact(line)


def test_listing_skips_blank_lines_and_comments() -> None:
    assert parse_facts("\n# a listing\n  trait debuggable\n") == [Trait("debuggable")]


def test_sorting_is_by_kind_then_text_without_duplicates() -> None:
    facts: list[Fact] = [Trait("b"), AppIdentity("com.a"), Trait("a"), Trait("b")]
    assert sort_facts(facts) == [AppIdentity("com.a"), Trait("a"), Trait("b")]


texts = st.text(max_size=12) | st.sampled_from(["null", "true", "[", '"', "a=b", "%41", "a+b:c", "\ud800", "\u202e"])
names = st.text(string.ascii_letters + "/$;->", min_size=1, max_size=12) | texts.filter(bool)
places = st.builds(Place, texts, st.none() | texts, st.none() | st.integers(0, 2**32))
owners = st.builds(Owner, st.just("library"), texts) | st.sampled_from([Owner("app"), Owner("unknown")])
facts = st.one_of(
    st.builds(AppIdentity, names, st.none() | texts, st.none() | texts, st.none() | st.integers(0, 2**40)),
    st.builds(
        Permission,
        names,
        st.booleans(),
        used=st.none() | st.booleans(),
        used_by=st.lists(st.builds(PermissionUse, owners, st.none() | places, texts), max_size=3).map(tuple),
        why=texts,
    ),
    st.builds(
        Component,
        st.sampled_from(["activity", "provider"]),
        texts,
        authorities=st.lists(texts, max_size=2).map(tuple),
        filter=st.lists(st.builds(IntentFilter, st.lists(texts, max_size=2).map(tuple)), max_size=2).map(tuple),
    ),
    st.builds(
        ApiCall,
        names,
        st.sampled_from([None, "location"]),
        owners,
        arg=st.lists(st.builds(Argument, st.integers(0, 9), texts), max_size=2).map(tuple),
        at=st.none() | places,
    ),
    st.builds(
        ClipboardAccess,
        st.sampled_from(["read", "mark-sensitive"]),
        texts,
        owners,
        guard=st.lists(texts, max_size=3).map(tuple),
        removed_at=st.lists(places, max_size=2).map(tuple),
    ),
    st.builds(Trait, names, texts),
    st.builds(Gap, st.sampled_from(["bad-dex", "native"]), texts, st.none() | st.integers(0, 2**40), at=st.none() | places),
)


@given(facts)
def test_every_fact_survives_its_line(fact: Fact) -> None:
    line = format_fact(fact)
    assert line.isprintable()
    assert line.isascii()
    assert parse_fact(line) == fact


@given(places)
def test_every_place_survives_its_text(place: Place) -> None:
    assert parse_place(format_place(place)) == place
