"""Where a webhook is never posted to, and how a post is bounded whatever the other side does."""

import socket
import ssl
import threading
import time
from pathlib import Path

import pytest
from endpoint import Endpoint

from spine.errors import QueryError
from spine.outgoing.addresses import Forbidden, networks, target_of
from spine.outgoing.posting import post

HERE = networks(["127.0.0.0/8"])
FOLDER = Path(__file__).parents[2] / "support"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "2001:db8::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public_are_refused_after_the_look_up(address: str) -> None:
    with pytest.raises(Forbidden, match="not public"):
        target_of("https://hook.example/", resolve=lambda host, port: [address])
    with pytest.raises(Forbidden):
        target_of("https://hook.example/", resolve=lambda host, port: ["93.184.216.34", address])


def test_a_public_address_is_pinned_and_never_in_the_clear() -> None:
    found = target_of("https://hook.example:8443/a?b=c", resolve=lambda host, port: ["93.184.216.34"])
    assert (found.address, found.host, found.port, found.path) == ("93.184.216.34", "hook.example", 8443, "/a?b=c")
    with pytest.raises(Forbidden, match="in the clear"):
        target_of("http://hook.example/", resolve=lambda host, port: ["93.184.216.34"])


@pytest.mark.parametrize(
    "url",
    [
        "", "hook.example", "ftp://hook.example/", "https://", "https://user:secret@hook.example/", "https://a b/",
        "https://hook.example/\r\nx: y", "https://hook.example:99999/", "https://[::1/", "https://hook.example/é",
        "file:///etc/passwd", "https://hook.example/" + "x" * 2000,
    ],
)  # fmt: skip
def test_what_is_no_url_to_post_to_is_refused(url: str) -> None:
    with pytest.raises(QueryError):
        target_of(url, resolve=lambda host, port: ["93.184.216.34"])


@pytest.mark.parametrize("url", ["http://127.1/", "http://2130706433/", "http://0x7f.1/", "http://localhost/"])
def test_other_spellings_of_this_machine_are_looked_up_and_refused(url: str) -> None:
    with pytest.raises((Forbidden, OSError)):
        target_of(url)


@pytest.mark.parametrize("drip", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n"])
def test_an_answer_that_drips_is_cut_off(drip: bytes) -> None:
    stop = threading.Event()

    def serve(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            connection.sendall(drip)
            while not stop.wait(0.05):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        dripping = threading.Thread(target=serve, args=(listening,))
        dripping.start()
        target = target_of(f"http://127.0.0.1:{listening.getsockname()[1]}/", HERE)
        begun = time.monotonic()
        answer = post(target, {}, b"{}", seconds=0.5)
        assert time.monotonic() - begun < 10
        assert answer.status == 0 or not drip.endswith(b"\r\n\r\n") or answer.accepted
        stop.set()
        dripping.join(20)


def test_an_answer_without_end_is_read_up_to_a_bound() -> None:
    sent = 0

    def serve(listening: socket.socket) -> None:
        nonlocal sent
        connection, _ = listening.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            try:
                while sent < 100_000_000:
                    connection.sendall(b"x" * 65_536)
                    sent += 65_536
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        flooding = threading.Thread(target=serve, args=(listening,))
        flooding.start()
        target = target_of(f"http://127.0.0.1:{listening.getsockname()[1]}/", HERE)
        assert post(target, {}, b"{}").accepted
        flooding.join(20)
    assert sent < 50_000_000


@pytest.mark.parametrize(("name", "taken"), [("hook.example", True), ("other.example", False)])
def test_the_certificate_is_that_of_the_name_and_the_address_the_one_that_was_checked(name: str, taken: bool) -> None:
    trust = ssl.create_default_context(cafile=str(FOLDER / "hook.example.pem"))
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(FOLDER / "hook.example.pem", FOLDER / "hook.example.key")
    found = Endpoint()
    found.server.socket = serving.wrap_socket(found.server.socket, server_side=True)
    try:
        url = f"https://{name}:{found.server.server_port}/"
        target = target_of(url, HERE, lambda host, port: ["127.0.0.1"])
        answer = post(target, {}, b"{}", trust=trust)
        assert answer.accepted is taken, answer
        assert taken or "CERTIFICATE_VERIFY_FAILED" in answer.error
        assert not taken or found.requests[0][0]["host"] == f"hook.example:{found.server.server_port}"
    finally:
        found.close()
