"""The way to an address that somebody else wrote down: to public addresses only, to the very one looked at.

A name is looked up once; each of its addresses must be allowed, and the connection goes to one of them, so
that a name which changes its answer gains nothing. No proxy, no redirect, a time limit on the whole.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Final
from urllib.parse import SplitResult

PORTS: Final = {"https": 443, "http": 80}
_SPECIAL: Final = tuple(
    map(
        ipaddress.ip_network,
        ("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "3fff::/20", "5f00::/16"),
    )
)
"""Of special use by the registries of IANA, and not known as such to every Python."""
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_UNICAST: Final = ipaddress.ip_network("2000::/3")
"""All that IANA has given out of IPv6: nothing else is anybody's public address, whatever Python thinks of it."""
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refused(Exception):
    """An address that is not called, and why."""


def is_public(address: str) -> bool:
    """Tell whether an address is one of the public internet, also where it carries another inside.

    >>> is_public("8.8.8.8"), is_public("10.0.0.1"), is_public("::ffff:127.0.0.1"), is_public("64:ff9b::a00:1")
    (True, False, False, False)
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inside = tuple(_inside(found))
    if isinstance(found, ipaddress.IPv6Address) and found not in _UNICAST and not inside:
        return False
    return all(_is_plain(one) for one in (found, *inside))


def _is_plain(found: Address) -> bool:
    special = any(found in network for network in _SPECIAL)
    return found.is_global and not found.is_multicast and not special


def _inside(found: Address) -> Iterator[Address]:
    """The IPv4 addresses that an IPv6 one stands for."""
    if not isinstance(found, ipaddress.IPv6Address):
        return
    if found.ipv4_mapped is not None:
        yield found.ipv4_mapped
    if found.sixtofour is not None:
        yield found.sixtofour
    if found.teredo is not None:
        yield from found.teredo
    if found in _NAT64:
        yield ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)


def connected(
    parts: SplitResult, *, private: bool, how: str, timeout_s: float
) -> http.client.HTTPConnection:
    """Return a connection to an address of the host that may be called.

    Args:
        parts: the address; http is taken for this machine itself only.
        private: whether addresses of private networks may be called.
        how: what the operator sets to allow them, for the refusal.
        timeout_s: for each step.

    Raises:
        Refused: one of its addresses may not be called.
        OSError: no such host, or it does not answer.
    """
    host = parts.hostname or ""
    port = parts.port or PORTS[parts.scheme]
    known = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    address = str(known[0][4][0])
    for one in known:
        _check(str(one[4][0]), parts.scheme, private=private, how=how)
    plain = socket.create_connection((address, port), timeout=timeout_s)
    if parts.scheme == "http":
        line = http.client.HTTPConnection(host, port)
        line.sock = plain
        return line
    secure = http.client.HTTPSConnection(host, port)
    try:
        secure.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except OSError:
        plain.close()
        raise
    return secure


def _check(address: str, scheme: str, *, private: bool, how: str) -> None:
    if scheme == "http" and not _is_loopback(address):
        raise Refused("只接受 https / https only")
    if not private and not is_public(address):
        raise Refused(
            f"{address} 是内部网络的地址，运维人员设置 {how} 后才可用"
            f" / an address of a private network; the operator allows it by {how}"
        )


def _is_loopback(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped.is_loopback
    return found.is_loopback


@contextlib.contextmanager
def time_limit(line: http.client.HTTPConnection, seconds: float) -> Iterator[None]:
    """Cut a connection that takes longer than this in all, however busy the other side looks."""
    cut = threading.Timer(seconds, _cut, args=(line.sock,))
    cut.daemon = True
    cut.start()
    try:
        yield
    finally:
        cut.cancel()


def _cut(plain: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it has ended meanwhile
        plain.shutdown(socket.SHUT_RDWR)
