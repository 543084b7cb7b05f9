"""Files that come with the package: ready scenarios, and textbook networks; data only, no code."""
