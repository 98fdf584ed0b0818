select count(*), count(*) filter (kind = 'link') from transcript_pieces;
