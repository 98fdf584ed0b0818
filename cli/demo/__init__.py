"""The sample data of the `demo` command: an invented fleet of projects."""
