"""The engines that a rollup runs on. Each is one class with ``create`` and ``rows``."""
