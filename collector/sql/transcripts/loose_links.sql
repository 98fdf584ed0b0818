-- Links to pieces that are no longer kept.

delete from transcript_pieces
where
    kind = 'link'
    and decode(data) not in (
        select kind || ':' || id from transcript_pieces where kind <> 'link'
    );
