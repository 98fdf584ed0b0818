-- How near each text is to the wordings $wordings of a question, by vectors of the model $model: the mean
-- of the cosines, none of them below 0.

select
    digest,
    list_avg(
        list_transform(
            cast($wordings as float[][]),
            lambda wording: greatest(0, list_cosine_similarity(vector, wording))
        )
    )
from skill_vectors
where model = $model
