"""Benchmarks, run by hand and never inside the tests; each prints ratios to a peer measured in the same run."""
