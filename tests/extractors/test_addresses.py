"""Forms of addresses: what is one, what only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.extractors.addresses import bare_host, is_host, mail_addresses, web_addresses


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://api.example.com/v1?key=1#top", ["https://api.example.com/v1"]),
        ("HTTPS://API.Example.com", ["https://api.example.com"]),
        ("see http://a.example, or (https://b.example).", ["http://a.example", "https://b.example"]),
        ("https://me:secret@a.example:8443/x", ["https://a.example/x"]),
        ("https://10.0.0.7:80/", ["https://10.0.0.7/"]),
        ("wss://live.example/feed", ["wss://live.example/feed"]),
        ("https://%s.example.com/", []),
        ("https://api.%s.com/", []),
        ("https://{tenant}.example.com/", []),
        ("https://api.example.com%s", []),
        ("https://", []),
        ("https://nodots/", []),
        ("xhttps://a.example", []),
        ("content://com.example.provider/x", []),
        ("https://300.1.1.1/", []),
    ],
)
def test_web_addresses(text: str, found: list[str]) -> None:
    assert [address.url for address in web_addresses(text)] == found


def test_buckets_are_of_the_service_that_keeps_them() -> None:
    (address,) = web_addresses("gs://my-bucket/photos")
    assert (address.host, address.url) == ("storage.googleapis.com", "gs://my-bucket/photos")


@pytest.mark.parametrize(
    ("text", "domains"),
    [
        ("write to a.person@mail.example", ["mail.example"]),
        ("mailto:help@mail.example?subject=x", ["mail.example"]),
        ("icon@2x.png", []),
        ("https://user@host.example/", []),
        ("android.widget.TextView@1f2e", []),
        ("@string/app_name", []),
    ],
)
def test_mail_addresses(text: str, domains: list[str]) -> None:
    assert [address.host for address in mail_addresses(text)] == domains


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("api.example.com", "api.example.com"),
        ("api.example.com:443/x", "api.example.com"),
        ("api.example.com:port", None),
        ("198.51.100.7", "198.51.100.7"),
        ("1.2.3", None),
        ("GET", None),
        ("", None),
    ],
)
def test_bare_hosts(text: str, host: str | None) -> None:
    found = bare_host(text)
    assert (found and found.host) == host


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    for address in (*web_addresses(text), *mail_addresses(text)):
        assert is_host(address.host)
        assert "?" not in address.url
