-- The words of the texts $digests with their weights, and in how many of all texts each stands.

with chosen as materialized (
    select digest, unnest(words) as word, unnest(weights) as weight
    from skill_texts
    where list_contains($digests, digest)
),

known as (
    select word, count(*) as times
    from (select unnest(words) as word from skill_texts)
    where word in (select word from chosen)
    group by word
)

select digest, list(word), list(weight), list(times)
from chosen
inner join known using (word)
group by digest
