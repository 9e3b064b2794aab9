"""Who sent a request that came through proxies, as far as the proxies can be believed."""

from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def parsed(text: str) -> Address | None:
    """One address as proxies write it: with a port, in brackets, with a zone, IPv4 inside IPv6.

    None for anything else, the words "unknown" and "_hidden" included.
    """
    plain = text.strip()
    if plain.startswith("["):
        plain, closed, _ = plain[1:].partition("]")
        if not closed:
            return None
    elif plain.count(":") == 1:
        plain = plain.partition(":")[0]
    try:
        found = ip_address(plain.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def is_trusted(address: Address | None, proxies: Sequence[Network]) -> bool:
    return address is not None and any(address in network for network in proxies)


def sender(peer: str, chain: str, proxies: Sequence[Network]) -> str:
    """The address that the nearest trusted proxy saw, or the peer's own.

    `peer` is the other end of the connection; `chain` the value of X-Forwarded-For, to which every
    proxy adds at the right whom it saw. It is read from the right for as long as the writer is
    trusted: whatever stands further left may have been written by anybody.
    """
    known = parsed(peer)
    if known is None:
        return peer
    for entry in reversed(chain.split(",")):
        told = parsed(entry) if is_trusted(known, proxies) else None
        if told is None:
            break
        known = told
    return str(known)
