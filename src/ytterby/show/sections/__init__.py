"""The sections of the report: one module a question, each with `section(page) -> str`."""
