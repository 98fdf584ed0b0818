-- Of each text, how much it explains of each of the words $words (by their hashes); 0: nothing.

select
    digest,
    list_transform(
        cast($words as ubigint[]),
        lambda word: coalesce(weights[list_position(words, word)], 0)
    )
from skill_texts
