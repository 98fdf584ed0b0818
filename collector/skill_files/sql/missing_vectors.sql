-- The texts of which the model $model has made no vector yet, with what it is to read; at most $limit.

select texts.digest, concat(min(files.name), ': ', any_value(texts.description))
from skill_texts as texts
inner join skill_files as files using (digest)
where
    not exists (
        from skill_vectors as vectors
        where vectors.digest = texts.digest and vectors.model = $model
    )
group by texts.digest
order by texts.digest
limit $limit
