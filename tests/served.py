"""A client of the browser's application, without a port: `client_of(settings)` as a context."""

from __future__ import annotations

import json
import warnings
from functools import lru_cache
from typing import Any

import pytest
from typer.testing import CliRunner

pytest.importorskip("fastapi", reason="the browser needs the extra app")
pytest.importorskip("httpx", reason="the test client needs httpx")

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the client says which of two clients it would rather have
    from starlette.testclient import TestClient

from ytterby.cli.app import build as shell
from ytterby.web.app import build
from ytterby.web.settings import Settings


def client_of(settings: Settings, base_url: str = "http://127.0.0.1:8642") -> TestClient:
    return TestClient(build(settings), base_url=base_url, raise_server_exceptions=False, follow_redirects=False)


@lru_cache(maxsize=32)
def shown(*words: str) -> str:
    """What a command of the shell prints; asked once a session, because a run takes seconds."""
    found = CliRunner().invoke(shell(), list(words))
    assert found.exit_code == 0, found.output
    return found.stdout


def printed(*words: str) -> Any:
    """The JSON that a command of the shell prints."""
    return json.loads(shown(*words))
