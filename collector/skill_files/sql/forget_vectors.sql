-- Another model is used: what the one before made is of no use.

delete from skill_vectors;
