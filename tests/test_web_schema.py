"""Requests made up from the description of the interface: no answer is a fault of the server."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from served import client_of
from ytterby.web.app import openapi
from ytterby.web.settings import Settings

schemathesis = pytest.importorskip("schemathesis", reason="no schemathesis: the description was not tried out")


@schemathesis.serializer("application/toml")
def toml(context, value):
    """A body of TOML is text, whatever was made up."""
    return value if isinstance(value, bytes) else str(value).encode()


OPERATIONS = [found.ok() for found in schemathesis.openapi.from_dict(openapi()).get_all_operations()]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """A mirror: nothing it is asked starts work that stays."""
    with client_of(Settings(workers=0, read_only=True, rate=1e6, burst=10**6, runs=tmp_path_factory.mktemp("r"))) as c:
        yield c


@pytest.mark.parametrize("operation", OPERATIONS, ids=[f"{o.method} {o.path}" for o in OPERATIONS])
def test_whatever_is_asked_no_answer_is_a_fault(client, operation):
    @given(data=st.data())
    @settings(max_examples=4, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    def tried(data):
        case = data.draw(operation.as_strategy())
        sent = case.as_transport_kwargs(base_url="http://127.0.0.1:8642")
        kept = {k: v for k, v in sent.items() if k in ("method", "url", "headers", "params", "json", "data")}
        kept["content"] = kept.pop("data", None)
        answer = client.request(**{k: v for k, v in kept.items() if v is not None})
        assert answer.status_code < 500, (case.as_curl_command(), answer.text[:200])

    tried()
