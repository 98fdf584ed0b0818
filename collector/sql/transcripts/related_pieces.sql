-- The pieces that have one of these names, as their own or by a link.

with owns as (
    select unnest($names) as own
    union
    select decode(data)
    from transcript_pieces
    where kind = 'link' and id in (select unnest($names))
)

select kind, id, data
from transcript_pieces
where
    (kind, id) in (
        select (split_part(own, ':', 1), substring(own, 1 + instr(own, ':'))) from owns
    )
    and kind <> 'link'
