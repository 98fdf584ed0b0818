-- Pairs of the texts $digests that are alike: the cosine of their weighed words, from $least on. Only
-- pairs are looked at that share at least $shared of the $leading words that weigh most in each: texts
-- that are alike share more.

with words as (
    select digest, unnest(words) as word, unnest(weights) as weight
    from skill_texts
),

known as (
    select word, count(*) as times, ln(1 + (total - count(*) + 0.5) / (count(*) + 0.5)) as idf
    from words
    cross join (select count(*) as total from skill_texts)
    group by word, total
),

weighed as materialized (
    select
        digest,
        word,
        times,
        weight * idf / sqrt(sum((weight * idf) ^ 2) over (partition by digest)) as value
    from words
    inner join known using (word)
    where list_contains($digests, digest)
),

heaviest as (
    select digest, word
    from weighed
    qualify row_number() over (partition by digest order by value desc, word) <= $leading
),

pairs as (
    select one.digest as one, other.digest as other
    from heaviest as one
    inner join heaviest as other on one.word = other.word and one.digest < other.digest
    group by all
    having count(*) >= $shared
)

select pairs.one, pairs.other, sum(of_one.value * of_other.value) as cosine
from pairs
inner join weighed as of_one on of_one.digest = pairs.one
inner join weighed as of_other on of_other.digest = pairs.other and of_other.word = of_one.word
group by pairs.one, pairs.other
having sum(of_one.value * of_other.value) >= $least
