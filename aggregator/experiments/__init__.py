"""Experiments: which of two skills works better, by units that were assigned one of them."""
