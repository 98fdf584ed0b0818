-- Of the texts that files in the projects $projects (null: in every active one) or of the user have: which
-- explain most of a question. Always at least one row: its first columns are the share of
-- each word, and how many skills, agents and commands all those files are.
--
-- $words are the hashes of the question's words, and $asked says which of them each of its $wordings
-- wordings has, by number. $vectors are those of the wordings by the model $model, or empty.
--
-- Down to $gate of the best relevance, and $considered below that. Of the texts $only, unless null.

with explained as materialized (
    select
        digest,
        list_transform(
            cast($words as ubigint[]),
            lambda word: cast(coalesce(weights[list_position(words, word)], 0) as double)
        ) as weights
    from skill_texts
),

known as (
    select number, ln(1 + (count(*) - sum(weight > 0) + 0.5) / (sum(weight > 0) + 0.5)) as idf
    from (select unnest(weights) as weight, generate_subscripts(weights, 1) as number from explained)
    group by number
),

shared as (
    select number, idf / sum(idf) over (partition by wording) as share
    from (select unnest(cast($asked as struct(wording bigint, number bigint)[]), recursive := true))
    inner join known using (number)
),

shares as materialized (
    select coalesce(list(share order by number), []) as shares
    from (select number, sum(share) / $wordings as share from shared group by number)
),

near as (
    select
        digest,
        list_avg(
            list_transform(
                cast($vectors as float[][]),
                lambda wording: greatest(0, list_cosine_similarity(vector, wording))
            )
        ) as cosine
    from skill_vectors
    where model = $model
),

searched as materialized (
    select
        files.digest,
        files.kind,
        files.name
    from skill_files as files
    where
        ($gone or files.gone_at is null)
        and ($kind is null or files.kind = $kind)
        and (
            files.project_id = '(user)'
            or if(
                $projects is null,
                files.project_id in (select project_id from projects where is_active),
                list_contains($projects, files.project_id)
            )
        )
),

relevant as (
    select
        digest,
        weights,
        if(cosine is null, coverage, $words_part * coverage + $meaning_part * cosine) as relevance
    from (
        select digest, weights, list_dot_product(weights, (select shares from shares)) as coverage
        from explained
        where
            digest in (select digest from searched)
            and ($only is null or digest in (select unnest($only)))
    )
    left join near using (digest)
    where if(cosine is null, coverage, coverage + cosine) > 0
),

best as (
    select *
    from relevant
    qualify
        relevance >= $gate * max(relevance) over ()
        or row_number() over (order by relevance desc, digest) <= $considered
)

select
    shares.shares,
    (select count(distinct (kind, name)) from searched) as searched,
    best.digest,
    best.relevance,
    best.weights
from shares
left join best on true
