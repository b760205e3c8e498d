"""Seals on folders of rules: what is sealed is accepted as it was, and nothing else."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from analyzer.errors import RuleError, UsageError
from analyzer.seal import SEAL, check_seal, make_seal
from tests.cli.conftest import Run, run

__all__ = ["run"]  # the fixture of the command line's tests


def keys(folder: Path, name: str = "key") -> tuple[Path, Path]:
    """A new private key and its public one, as PEM files."""
    private = Ed25519PrivateKey.generate()
    secret, public = folder / f"{name}.pem", folder / f"{name}.pub"
    secret.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return secret, public


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A folder with a rule of its own and a policy."""
    folder = tmp_path / "rules"
    (folder / "network").mkdir(parents=True)
    (folder / "network/a.yaml").write_text("a")
    (folder / "policy.yaml").write_text("b")
    return folder


def test_a_sealed_folder_is_as_it_was(tmp_path: Path, rules: Path) -> None:
    secret, public = keys(tmp_path)
    assert (make_seal(rules, secret), check_seal(rules, public)) == (2, 2)
    assert make_seal(rules, secret) == 2  # the seal itself is not under it


def add(rules: Path) -> None:
    (rules / "network/b.yaml").write_text("x")


def swap(rules: Path) -> None:
    one, other = rules / "network/a.yaml", rules / "policy.yaml"
    a, b = one.read_text(), other.read_text()
    one.write_text(b)
    other.write_text(a)


def forge(rules: Path) -> None:
    """The list says what the file holds now; the signature is of the list before."""
    import hashlib

    seal = rules / SEAL
    before, after = hashlib.sha256(b"a").hexdigest(), hashlib.sha256(b"z").hexdigest()
    (rules / "network/a.yaml").write_text("z")
    seal.write_text(seal.read_text().replace(before, after))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (add, "is not as it was sealed: network/b.yaml was added"),
        (lambda rules: (rules / "policy.yaml").unlink(), "is not as it was sealed: policy.yaml was removed"),
        (swap, "is not as it was sealed: network/a.yaml was changed, policy.yaml was changed"),
        (forge, "has a seal of another key"),
        (lambda rules: (rules / SEAL).unlink(), "has no seal"),
        (lambda rules: (rules / SEAL).write_text("{}"), "has a damaged seal"),
        (lambda rules: (rules / SEAL).write_text('{"files": {}, "signature": "%"}'), "has a damaged seal"),
        (lambda rules: (rules / "link.yaml").symlink_to("policy.yaml"), "neither a file nor a folder"),
    ],
    ids=["added", "removed", "swapped", "forged", "no seal", "another shape", "no signature", "a link"],
)
def test_any_change_is_told(tmp_path: Path, rules: Path, change: Callable[[Path], object], said: str) -> None:
    secret, public = keys(tmp_path)
    make_seal(rules, secret)
    change(rules)
    with pytest.raises(RuleError, match=said):
        check_seal(rules, public)


def test_another_key_is_refused(tmp_path: Path, rules: Path) -> None:
    make_seal(rules, keys(tmp_path)[0])
    with pytest.raises(RuleError, match="another key"):
        check_seal(rules, keys(tmp_path, "other")[1])


def test_what_is_no_key(tmp_path: Path, rules: Path) -> None:
    secret, public = keys(tmp_path)
    for call, key in (
        (make_seal, public),
        (check_seal, secret),
        (make_seal, tmp_path / "none"),
        (check_seal, rules / "policy.yaml"),
    ):
        with pytest.raises(UsageError, match="key"):
            call(rules, key)


def test_keys_of_openssl(tmp_path: Path, rules: Path) -> None:
    key, public = tmp_path / "k.pem", tmp_path / "p.pem"
    try:
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("needs openssl")
    subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-out", public], check=True, capture_output=True)
    make_seal(rules, key)
    assert check_seal(rules, public) == 2


def test_on_the_command_line(run: Run, apks: Path, tmp_path: Path) -> None:
    secret, public = keys(tmp_path)
    own = tmp_path / "own"
    assert run("rules", "new", "our-hosts", "--dir", own, "--category", "network").code == 0
    scan = ("scan", apks / "paste-button.apk", "--rules", own, "--trust", public, "-o", f"json={tmp_path}/r.json")
    ran = run(*scan)
    assert (ran.code, ran.err) == (4, f"apkvet: {own}: has no seal (SEAL.json). {MEND}\n")
    assert run("rules", "seal", own, "--key", secret).out == f"sealed 1 files: {own}/SEAL.json\n"
    assert run("rules", "verify", own, "--key", public).out == "1 files are as they were sealed\n"
    assert run(*scan).code == 0
    (own / "network/our-hosts.yaml").write_text("id: x\n")
    assert run(*scan).err == f"apkvet: {own}: is not as it was sealed: network/our-hosts.yaml was changed. {MEND}\n"
    assert run("rules", "verify", own, "--key", public).code == 4


MEND = "Get it again from who answers for it, or seal it anew: apkvet rules seal."
