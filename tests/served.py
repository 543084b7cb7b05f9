"""A client of the browser's application, without a port: `client_of(settings)` as a context."""

from __future__ import annotations

import warnings

import pytest

pytest.importorskip("fastapi", reason="the browser needs the extra app")
pytest.importorskip("httpx", reason="the test client needs httpx")

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the client says which of two clients it would rather have
    from starlette.testclient import TestClient

from ytterby.web.app import build
from ytterby.web.settings import Settings


def client_of(settings: Settings, base_url: str = "http://127.0.0.1:8642") -> TestClient:
    return TestClient(build(settings), base_url=base_url, raise_server_exceptions=False, follow_redirects=False)
