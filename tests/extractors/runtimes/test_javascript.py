"""What scripts call: names from a global, a required module or the native side on; what starts it; which module is the library."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.extractors.runtimes.bindings import load_bindings
from analyzer.extractors.runtimes.javascript import read_script
from analyzer.extractors.runtimes.modules import NativeNames, load_native_names, uses_of
from analyzer.extractors.runtimes.script_values import ScriptModule
from analyzer.resources import rules_dir

NAMES = frozenset({"Clipboard.getString", "Clipboard.setString", "Clipboard.useClipboard", "navigator.clipboard.readText"})
KNOWLEDGE = rules_dir() / "knowledge"
NATIVES = NativeNames({"RNCClipboard": "Clipboard"})


def factory(body: str, number: int = 0, requires: str = "[1,2,3]") -> bytes:
    return f"__d(function(g,r,i,a,m,e,d){{{body}}},{number},{requires});".encode()


def called(source: bytes, name: str) -> list[tuple[str, str, tuple[str, ...], str]]:
    """Base, key, path and trigger of the calls whose last name is *name*."""
    calls = read_script(source, metro=source.startswith(b"__d")).calls
    found = [call for call in calls if call.callee.words[-1:] == (name,)]
    return [(call.callee.base, call.callee.key, call.callee.path, call.trigger) for call in found]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("var t=r(d[1]);t.default.x()", ("require", "1", ("default", "x"))),
        ("var n=r(d[0])(r(d[2]));n.default.x()", ("require", "2", ("default", "x"))),  # interopRequireDefault
        ("i(d[1]).x()", ("require", "1", ("default", "x"))),  # Metro's importDefault
        ("a(d[1]).x()", ("require", "1", ("x",))),
        ("var {C:n}=r(d[1]);n.x()", ("require", "1", ("C", "x"))),
        ("var n;n=r(d[1]).C,function(){(0,n.x)()}()", ("require", "1", ("C", "x"))),
        ("r(d[1]).NativeModules.Own.x()", ("native", "Own", ("x",))),
        ("var {Own:n}=r(d[1]).NativeModules;n.x()", ("native", "Own", ("x",))),
        ("var n=r(d[1]).TurboModuleRegistry.getEnforcing('Own');n.x()", ("native", "Own", ("x",))),
        ("var n=r(d[1]).requireNativeModule('Own');n.x()", ("native", "Own", ("x",))),
        ("navigator.clipboard.x()", ("global", "navigator", ("clipboard", "x"))),
        ("var n=g.navigator;n['clipboard'].x()", ("global", "global", ("navigator", "clipboard", "x"))),
    ],
)
def test_what_is_called(body: str, expected: tuple[str, str, tuple[str, ...]]) -> None:
    assert [call[:3] for call in called(factory(body), "x")] == [expected]


@pytest.mark.parametrize(
    "body",
    [
        "var navigator={y:{x:h}};function f(n){n.x()}",  # a parameter
        "var t=[];t[0].x()",
        "f().x()",
        "'navigator.clipboard.x()'",
        "// navigator.clipboard.x()",
    ],
)
def test_what_could_be_anything(body: str) -> None:
    assert called(factory(body), "x") == []


@pytest.mark.parametrize(
    ("source", "trigger"),
    [
        ("f({onPress:function(){a.b.x()}})", "user-action"),
        ("f({onPress:()=>a.b.x()})", "user-action"),
        ("f({onPress:w(function*(){yield a.b.x()})})", "user-action"),  # what async functions become
        ("f({onPress:function(){setTimeout(function(){a.b.x()},9)}})", "timer"),
        ("v.addEventListener('click',()=>{a.b.x()})", "user-action"),
        ("$(v).on('click',function(){a.b.x()})", "user-action"),
        ("document.addEventListener('deviceready',()=>a.b.x())", "lifecycle"),
        ("useEffect(()=>{a.b.x()},[])", "lifecycle"),
        ("setInterval(()=>a.b.x(),9)", "timer"),
        ("v.onclick=function(){a.b.x()}", "user-action"),
        ("function paste(){a.b.x()}v.addEventListener('click',paste)", "user-action"),
        ("var o={paste(){a.b.x()}};v.addEventListener('click',o.paste.bind(o))", "user-action"),
        ("function paste(){a.b.x()}v.addEventListener('click',paste);later(paste)", "unknown"),  # and something else
        ("function paste(){a.b.x()}", "unknown"),
        ("a.b.x()", "unknown"),
    ],
)
def test_what_starts_it(source: str, trigger: str) -> None:
    assert [call[3] for call in called(source.encode(), "x")] == [trigger]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("'paste'", "paste"),
        ("{video:true,audio:false}", "video"),
        ("{video:{width:9},'audio':!0}", "audio,video"),
        ("{...o}", ""),
        ("o", ""),
        ("", ""),
    ],
)
def test_what_is_asked_for(arguments: str, expected: str) -> None:
    (call,) = read_script(f"navigator.a.x({arguments})".encode()).calls
    assert call.argument == expected


@settings(max_examples=60)
@given(st.text(alphabet="ax.(){}[]=>,;'`$\n\\0", max_size=80))
def test_any_text_is_read(text: str) -> None:
    data = text.encode()
    assert all(0 <= call.at < len(data) for call in read_script(data).calls)


def test_places_are_bytes_of_the_file() -> None:
    source = "// ünï\nnavigator.clipboard.readText()".encode()
    (call,) = read_script(source, 100).calls
    assert call.at == 100 + source.index(b"readText")


def test_only_functions_with_what_is_wanted_are_looked_into() -> None:
    source = b"function f(){a.b.x()}function g(){a.b.y()}"
    assert [call.callee.words[-1] for call in read_script(source, 0, re.compile(rb"\by\b")).calls] == ["y"]


@pytest.mark.parametrize(
    "text", ["a=>" * 400 + "a.b.x()", "x(function(){" * 300 + "a.b.x()" + "})" * 300], ids=["arrows", "functions"]
)
def test_what_is_nested_too_deep_is_told(text: str) -> None:
    parsed = read_script(text.encode())
    assert parsed.broken


def module(number: int, requires: tuple[int, ...], body: str) -> ScriptModule:
    parsed = read_script(factory(body, number), metro=True)
    return ScriptModule(number, requires, parsed.natives, parsed.defines, parsed.calls)


NATIVE = module(3, (9,), "e.default=r(d[0]).TurboModuleRegistry.getEnforcing('RNCClipboard')")
LIBRARY = module(2, (3,), "var t=r(d[0]);e.C={getString(){return t.default.getString()},setString(x){t.default.setString(x)}}")
HOOK = module(4, (2,), "var t=r(d[0]);e.useClipboard=function(){return t.C.getString()}")
INDEX = module(1, (2, 4), "var t=r(d[0]),n=r(d[1]);e.default=t.C;e.h=n.useClipboard")


@pytest.mark.parametrize(
    ("requires", "body", "names"),
    [
        ((1,), "var t=r(d[0]);e.go=function(){t.default.getString()}", ["Clipboard.getString"]),
        ((1,), "var t=r(d[0]);e.go=function(){(0,t.useClipboard)()}", ["Clipboard.useClipboard"]),
        ((2,), "var t=r(d[0]);e.go=function(){t.C.getString()}", []),  # an object of a name that the table does not have
        ((3,), "var t=r(d[0]);e.go=function(){t.default.getString()}", ["Clipboard.getString"]),  # past the library
        ((8,), "var t=r(d[0]);e.go=function(){t.Clipboard.getString()}", ["Clipboard.getString"]),  # react-native's own
        ((8,), "var t=r(d[0]);e.go=function(){t.NativeModules.RNCClipboard.getString()}", ["Clipboard.getString"]),
        ((1,), "var t=r(d[0]);e.go=function(){t.default.toString()}", []),
        ((8,), "var t=r(d[0]);e.go=function(){t.default.getString()}", []),  # of another library
    ],
)
def test_uses_are_calls_from_elsewhere(requires: tuple[int, ...], body: str, names: list[str]) -> None:
    modules = [module(0, requires, body), INDEX, LIBRARY, NATIVE, HOOK]
    assert [used.name for used in uses_of(modules, NAMES, NATIVES)] == names


def test_a_library_by_itself_uses_nothing() -> None:
    assert [*uses_of([INDEX, LIBRARY, NATIVE, HOOK], NAMES, NATIVES)] == []


@pytest.mark.parametrize(("native", "offers"), sorted(load_native_names(KNOWLEDGE, "react").objects.items()))
def test_each_native_module_of_the_table_is_told_by_its_methods(native: str, offers: str) -> None:
    names = load_bindings(KNOWLEDGE).names("react-native")
    methods = sorted(name.partition(".")[2] for name in names if name.partition(".")[0] == offers)
    assert methods
    lookup = module(3, (9,), f"e.default=r(d[0]).TurboModuleRegistry.getEnforcing('{native}')")
    for method in methods:
        app = module(0, (3,), f"var t=r(d[0]);e.go=function(){{t.default.{method}()}}")
        found = uses_of([app, lookup], names, load_native_names(KNOWLEDGE, "react"))
        assert [used.name for used in found] == [f"{offers}.{method}"]
