"""Overridden methods, and texts that rules ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.facts import Constant, Override
from analyzer.platform.watch import extended, load_watch
from analyzer.scan import load_rules, observe


def test_overrides_and_whether_they_do_anything(apks: Path) -> None:
    found = {
        (fact.api.partition("->")[2].partition("(")[0], fact.empty, fact.returns, fact.at and fact.at.method)
        for fact in observe(apks / "shape-ad-game.apk").facts
        if isinstance(fact, Override)
    }
    trust = "Lcom/adexample/sdk/Trust;->"
    chain = "([Ljava/security/cert/X509Certificate;Ljava/lang/String;)V"
    assert found == {
        ("checkClientTrusted", False, None, f"{trust}checkClientTrusted{chain}"),
        ("checkServerTrusted", True, None, f"{trust}checkServerTrusted{chain}"),
        ("verify", True, 1, f"{trust}verify(Ljava/lang/String;Ljavax/net/ssl/SSLSession;)Z"),
    }


def test_an_override_names_the_class_that_declares_it(apks: Path) -> None:
    (fact,) = [fact for fact in observe(apks / "keyboard.apk").facts if isinstance(fact, Override)]
    assert fact.api == "Landroid/content/ClipboardManager$OnPrimaryClipChangedListener;->onPrimaryClipChanged()V"
    assert (fact.empty, fact.returns, fact.owner.kind) == (False, None, "app")


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (("android_id",), ["android_id"]),
        (("https://bank.*", "which"), ["https://bank.example/bind", "which"]),
        (("nothing of the kind",), []),
        ((), []),
    ],
)
def test_texts_are_looked_for_when_they_are_asked_for(apks: Path, texts: tuple[str, ...], found: list[str]) -> None:
    watch = extended(load_watch(), {f"string {text}" for text in texts})
    facts = [fact for fact in observe(apks / "shape-bank.apk", watch).facts if isinstance(fact, Constant)]
    assert sorted(fact.value for fact in facts) == found
    assert {fact.at and fact.at.method for fact in facts} <= {
        "Lorg/apkvet/samples/shapebank/MainActivity;->onCreate(Landroid/os/Bundle;)V"
    }


def test_the_digest_says_what_was_looked_for() -> None:
    watch = load_watch()
    digests = [extended(watch, names).digest for names in ({"string a"}, {"string b"}, {"La/B;->c"}, {"La/B;->c", "string a"})]
    assert len({watch.digest, *digests}) == 5
    assert extended(watch, set()) is watch
    assert extended(watch, {next(iter(watch.methods))}) is watch


def test_a_rule_with_a_text_makes_it_looked_for(tmp_path: Path, apks: Path) -> None:
    (tmp_path / "network").mkdir()
    (tmp_path / "network/bank.yaml").write_text(
        "id: bank\ntitle: A\ncategory: network\nseverity: low\nmessage: x\n"
        "match: {string: {value: 'https://bank.*', owner: app}}\n"
        "docs: {what: a, why: a, benign: a, ask_vendor: a, limits: a}\nreferences: {}\nexamples: []\n"
    )
    ruleset, watch = load_rules([tmp_path])
    assert watch.strings == ("https://bank.*",)
    assert ruleset.unwatched(watch.digest) == frozenset()
    assert ruleset.unwatched(load_watch().digest) == {"string https://bank.*"}
    assert any(isinstance(fact, Constant) for fact in observe(apks / "shape-bank.apk", watch).facts)
