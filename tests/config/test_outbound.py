"""The way out: a proxy that is really asked, a CA that is really needed, and who goes without."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config.outbound import Outbound, read
from handlers.slack.pace import Doubt, Pace
from handlers.slack.way import Way, client
from sandbox.slack.server import app as slack_server
from tests.handlers.slack.conftest import PRESS, Clock, workspace_of

HOSTS = ("slack.com", "api.x.com")
SLACK = "https://slack.com/api/"


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for the real hosts, signed by itself; return it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A ministry")])
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=3650))
        .not_valid_after(now + dt.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(h) for h in HOSTS]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / "ca.pem", folder / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem, secret


class Proxy:
    """A proxy that leads every CONNECT to one server of ours, and remembers what was asked."""

    def __init__(self, port: int) -> None:
        self.port, self.asked = port, list[str]()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head.split(b"\r\n", 1)[0].decode())
        there, back = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(_pipe(reader, back), _pipe(there, writer))


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while some := await reader.read(65536):
            writer.write(some)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


@asynccontextmanager
async def town(site: web.Application, folder: Path) -> AsyncIterator[tuple[Proxy, Outbound]]:
    """Serve a site by TLS as slack.com and api.x.com, behind a proxy that alone leads there."""
    pem, key = certificate(folder)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem, key)
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    proxy = Proxy(runner.addresses[0][1])
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    faults: list[str] = []
    outbound = read({"HTTPS_PROXY": address, "CHANCERY_CA": str(pem)}, faults)
    assert not faults
    try:
        yield proxy, outbound
    finally:
        server.close()
        await runner.cleanup()


async def test_slack_is_called_through_the_proxy_and_believed_by_the_ministrys_authority(
    tmp_path: Path,
) -> None:
    clock = Clock()
    workspace = workspace_of(clock)
    async with town(slack_server(workspace), tmp_path) as (proxy, outbound):
        way = Way(outbound.proxy(SLACK), outbound.tls)
        pace = Pace(client(workspace.bot_token, SLACK, way), clock.seconds, clock.sleep)
        await pace.post("n1", channel=PRESS, text="Through the wall")
        assert [m.text for m in workspace.messages(PRESS)] == ["Through the wall"]
        assert proxy.asked == ["CONNECT slack.com:443 HTTP/1.1"]
        distrusting = Way(outbound.proxy(SLACK), None)
        pace = Pace(client(workspace.bot_token, SLACK, distrusting), clock.seconds, clock.sleep)
        with pytest.raises(Doubt):
            await pace.call("auth.test")


async def test_platforms_are_called_through_the_proxy_too(tmp_path: Path) -> None:
    async def hello(_request: web.Request) -> web.Response:
        return web.Response(text="hello")

    site = web.Application()
    site.router.add_get("/2/users/me", hello)
    async with town(site, tmp_path) as (proxy, outbound), outbound.session() as http:
        async with http.get("https://api.x.com/2/users/me") as answer:
            assert await answer.text() == "hello"
        assert proxy.asked == ["CONNECT api.x.com:443 HTTP/1.1"]
        async with Outbound(outbound.proxies).session() as trusting_nobody_more:
            with pytest.raises(aiohttp.ClientConnectorCertificateError):
                await trusting_nobody_more.get("https://api.x.com/2/users/me")


def test_whom_no_proxy_names_and_this_machine_are_called_directly() -> None:
    faults: list[str] = []
    environ = {"https_proxy": "http://p:3128", "NO_PROXY": "inside.example, .gov.example"}
    way = read(environ, faults)
    assert way.proxy("https://slack.com/api/") == "http://p:3128"
    assert way.proxy("wss://wss-primary.slack.com/link") == "http://p:3128"
    assert way.proxy("https://inside.example/x") == ""
    assert way.proxy("https://a.gov.example") == ""
    assert way.proxy("https://127.0.0.1:9/") == ""
    assert way.proxy("http://slack.com") == "", "no HTTP_PROXY is set"


def test_a_proxy_in_the_environment_that_the_settings_do_not_give_is_not_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://elsewhere:1")
    assert client("xoxb-1", SLACK, Way()).proxy is None
    assert "password" not in repr(Way("http://me:password@p:1")) + repr(
        Outbound({"https": "http://me:password@p:1"})
    )


def test_what_is_wrong_with_the_way_out_is_named(tmp_path: Path) -> None:
    faults: list[str] = []
    read({"HTTPS_PROXY": "proxy:3128", "CHANCERY_CA": str(tmp_path / "none.pem")}, faults)
    assert [fault.split()[0] for fault in faults] == ["HTTPS_PROXY", "CHANCERY_CA"]
