"""One module a question. Every front end asks here, so that all of them show the same numbers."""
