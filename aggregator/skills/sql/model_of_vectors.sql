select model from skill_vectors limit 1;
