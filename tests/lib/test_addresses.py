"""The sender of a request that came through proxies: only trusted hands are believed."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rectify.lib.addresses import parsed, sender

PROXIES = (ip_network("10.0.0.0/24"), ip_network("127.0.0.1"), ip_network("2001:db8:1::/48"))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("192.0.2.7", "192.0.2.7"),
        (" 192.0.2.7 ", "192.0.2.7"),
        ("192.0.2.7:4711", "192.0.2.7"),
        ("[2001:DB8::0:1]:4711", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
    ],
)
def test_an_address_is_read_as_proxies_write_it(written: str, meant: str) -> None:
    assert str(parsed(written)) == meant


@pytest.mark.parametrize(
    "written",
    ["", "unknown", "_hidden", "192.0.2", "192.0.2.256", "192.0.2.7, 192.0.2.8", "[2001:db8::1",
     "localhost", "１９２.0.2.7", "192.0.2.7\r\nX: y", "0x7f.1", "2130706433"],
)  # fmt: skip
def test_anything_else_is_no_address(written: str) -> None:
    assert parsed(written) is None


@pytest.mark.parametrize(
    ("peer", "chain", "expected"),
    [
        # Nobody in front: what is told is forged.
        ("192.0.2.7", "198.51.100.1", "192.0.2.7"),
        ("2001:db8:2::7", "198.51.100.1", "2001:db8:2::7"),
        # One proxy, then two.
        ("127.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "192.0.2.7, 10.0.0.5", "192.0.2.7"),
        ("2001:db8:1::5", "2001:db8:2::7", "2001:db8:2::7"),
        ("::ffff:127.0.0.1", "192.0.2.7", "192.0.2.7"),
        # What stands left of the first stranger was written by the stranger.
        ("127.0.0.1", "127.0.0.1, 192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "198.51.100.1, 192.0.2.7, 10.0.0.5", "192.0.2.7"),
        # The proxy says nothing, or nothing that can be read: it is the last one known.
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "192.0.2.7, nonsense", "127.0.0.1"),
        ("127.0.0.1", "nonsense, 10.0.0.5", "10.0.0.5"),
        ("127.0.0.1", "192.0.2.7,", "127.0.0.1"),
        # Everybody trusted: the one furthest away.
        ("127.0.0.1", "10.0.0.6, 10.0.0.5", "10.0.0.6"),
        # A unix socket names no peer.
        ("", "192.0.2.7", ""),
    ],
)
def test_the_sender_is_whom_the_last_trusted_proxy_saw(
    peer: str, chain: str, expected: str
) -> None:
    assert sender(peer, chain, PROXIES) == expected


@given(st.ip_addresses(), st.text())
def test_no_text_makes_a_stranger_somebody_else(peer: object, chain: str) -> None:
    known = parsed(str(peer))
    assert known is not None
    if not any(known in network for network in PROXIES):
        assert sender(str(peer), chain, PROXIES) == str(known)


@given(st.text())
def test_behind_a_proxy_any_text_leaves_an_address(chain: str) -> None:
    ip_address(sender("127.0.0.1", chain, PROXIES))
