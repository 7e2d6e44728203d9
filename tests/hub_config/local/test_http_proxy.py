"""Where a hub listens, and what does its TLS."""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from jupyterhub.app import JupyterHub
from jupyterhub.proxy import ConfigurableHTTPProxy
from traitlets.config import Config

from course.errors import SetupError
from hub_config.local import fitness
from hub_config.local.assembly import HERE, Place, configure
from hub_config.local.http_proxy import proxy_command
from hub_config.settings.hub import Hub

NAME = "configurable-http-proxy"


def pair(folder: Path, name: str) -> tuple[str, str]:
    """Write a key and a certificate that it has signed; return their paths."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / f"{name}.key").write_bytes(secret)
    (folder / f"{name}.cert").write_bytes(made.public_bytes(pem))
    return str(folder / f"{name}.key"), str(folder / f"{name}.cert")


def executable(folder: Path, first: str) -> Path:
    folder.mkdir()
    path = folder / NAME
    path.write_text(f"{first}\n")
    path.chmod(0o755)
    return path


def addresses(c: Any) -> Iterator[str]:
    """Every address that something of a hub with this configuration listens on."""
    app, proxy = JupyterHub(config=c), ConfigurableHTTPProxy(config=c)
    for url in (app.bind_url, proxy.api_url):
        yield str(urlsplit(url).hostname)
    yield app.hub_ip
    for service in app.services:
        if "url" in service:
            yield str(urlsplit(service["url"]).hostname)
    yield app.spawner_class(config=c).ip


@pytest.mark.parametrize("accounts", ["unix", "demo"])
def test_nothing_listens_beyond_this_machine_unless_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, accounts: str
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    # Whatever accounts this machine has.
    monkeypatch.setattr(fitness, "check", lambda found: None)
    monkeypatch.setattr(pwd, "getpwnam", lambda name: pwd.getpwuid(os.getuid()))
    for name in ("courses.toml", "profiles.yaml"):
        (tmp_path / name).write_bytes((HERE / name).read_bytes())
    hub, place = tmp_path / "hub.toml", Place(tmp_path, tmp_path, HERE.parent)
    hub.write_text(f'accounts = "{accounts}"')
    assert list(addresses(configure(Config(), place))) == ["127.0.0.1"] * 6
    shown = [one["name"] for one in configure(Config(), place).JupyterHub.services if one.get("display", "url" in one)]
    assert shown == ["course-ml"], "the exchange has no page for people"
    hub.write_text('ip = "0.0.0.0"')
    assert list(addresses(configure(Config(), place))) == ["0.0.0.0", *["127.0.0.1"] * 5]


def test_a_reverse_proxy_is_believed_where_one_is_named(tmp_path: Path) -> None:
    assert [part.split("=")[0] for part in proxy_command(Hub(), tmp_path)[1:]] == ["--proxy-timeout"]
    assert proxy_command(Hub(public_url="https://hub.example.org"), tmp_path)[2:] == ["--no-x-forward"]
    assert proxy_command(Hub(public_url="http://127.0.0.1:8000"), tmp_path)[2:] == []


def test_tls_is_refused_where_the_proxy_can_do_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    key, cert = pair(tmp_path, "mine")
    with pytest.raises(SetupError, match=r"hub\.toml: tls_key and tls_cert need a proxy .* npm install"):
        proxy_command(Hub(tls_key=key, tls_cert=cert), tmp_path)


def test_the_node_proxy_does_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python, node = executable(tmp_path / "a", "#!/usr/bin/python3"), executable(tmp_path / "b", "#!/usr/bin/env node")
    monkeypatch.setenv("PATH", os.pathsep.join(str(one.parent) for one in (python, node)))
    key, cert = pair(tmp_path, "mine")
    assert proxy_command(Hub(tls_key=key, tls_cert=cert), tmp_path) == [str(node)]


def test_a_key_and_a_certificate_that_are_no_pair_are_refused(tmp_path: Path) -> None:
    key, cert = pair(tmp_path, "mine")
    _, other = pair(tmp_path, "other")
    (tmp_path / "text").write_text("no key")
    missing = str(tmp_path / "missing")
    for one, two in ((key, other), (str(tmp_path / "text"), cert), (missing, cert), (key, missing)):
        with pytest.raises(SetupError, match="can't be used"):
            proxy_command(Hub(tls_key=one, tls_cert=two), tmp_path)
