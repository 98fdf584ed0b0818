-- The relation that is called rows where this is run.

copy (from rows) to $path (format json, array true)
