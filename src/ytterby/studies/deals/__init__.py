"""Deals: who gains, who would walk away, what trust it needs."""
