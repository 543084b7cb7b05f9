"""History replayed: episodes with cited facts, one set of behaviour for all, and how far the model came."""
