"""Large files through DuckDB's own JSON reader, many times faster than record by record.

A file is cut into chunks between records, and DuckDB reads many chunks at once. This is used only
where it certainly gives what the record reader gives: a chunk with any record that is not plainly
what its writer means by it goes through the record reader instead, whole.

``document`` cuts, ``buffers`` hold the bytes, ``reader`` runs the SQL, ``chunks`` adds the results
up by file, and ``chunk_index`` remembers unchanged chunks until the next run.
"""
