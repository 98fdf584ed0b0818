-- The words of some texts with their weights, and in how many texts each stands.

with texts as (
    select digest, unnest(words) as word, unnest(weights) as weight
    from skill_texts
),

known as (
    select word, count(*) as times from texts group by word
)

select digest, list(word), list(weight), list(times)
from texts
inner join known using (word)
where list_contains($digests, digest)
group by digest
