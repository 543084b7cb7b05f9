"""Chains of other materials: mine, trade in ore, refining, trade in what is refined, use; each described by a file."""
