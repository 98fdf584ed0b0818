-- The staged vectors of the model $model, and none of another one.

delete from skill_vectors
where model <> $model or digest not in (select digest from skill_texts);

insert into skill_vectors by name
from staged_skill_vectors
where
    digest in (select digest from skill_texts)
    and digest not in (select digest from skill_vectors);
