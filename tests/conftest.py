"""Settings for every test: the same examples and the same plain text each time, on any machine."""

import os

import pytest
from hypothesis import settings

settings.register_profile("same-every-time", derandomize=True, database=None, deadline=None, max_examples=60)
settings.load_profile("same-every-time")

# A build server may ask for colours or have another terminal width; the tests read the shell's text as a pipe sees it.
for _name in ("FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS", "TERMINAL_WIDTH"):
    os.environ.pop(_name, None)
os.environ.update(NO_COLOR="1", COLUMNS="80")


@pytest.fixture(scope="session")
def atlas():
    """The embedded atlas."""
    from ytterby.atlas.load import load

    return load()


@pytest.fixture(scope="session")
def base(atlas):
    """The reconciled rare-earth base of 2024, before calibration."""
    from ytterby.model.base import balanced

    return balanced(atlas, "rare-earths", 2024, {})


@pytest.fixture(scope="session")
def network(atlas, base):
    """The calibrated rare-earth network of 2024."""
    from ytterby.model.base import calibrated

    return calibrated(base, atlas.facilities)
