"""Claims: a sentence, a typed test of it, and a verdict from cited figures."""
