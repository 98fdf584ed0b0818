-- An answer's flat rows, given as one JSON text, with the columns and types that $structure names.

select unnest(from_json(cast($rows as json), $structure), max_depth := 2)
