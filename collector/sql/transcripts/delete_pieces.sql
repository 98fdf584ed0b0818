delete from transcript_pieces where (kind, id) in (select (kind, id) from changed_pieces);
