select kind, id, data from transcript_pieces where kind <> 'link';
