"""Settings of every test: no wall clock, the same examples in every run, no window."""

import os

from hypothesis import settings

os.environ["MPLBACKEND"] = "Agg"

settings.register_profile("minigen", deadline=None, derandomize=True, database=None)
settings.load_profile("minigen")
