"""Talks to what is not ours: one package per kind, one file per vendor behind a small protocol."""
