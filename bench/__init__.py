"""Measures of the product, printed and never tuned; run them with ``make bench``."""
