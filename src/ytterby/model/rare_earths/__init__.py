"""The rare-earth chain: which activities exist, which figures observe them, and the base-year prices."""
