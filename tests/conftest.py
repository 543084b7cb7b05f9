"""Settings for every test: property tests draw the same examples each time, on a busy machine too."""

from hypothesis import settings

settings.register_profile("same-every-time", derandomize=True, database=None, deadline=None, max_examples=60)
settings.load_profile("same-every-time")
