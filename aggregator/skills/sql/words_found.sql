-- Of each text, how much it explains of each of the words $words (by their hashes); null: nothing.

select digest, list_transform(cast($words as ubigint[]), lambda word: weights[list_position(words, word)])
from skill_texts
