-- What a model made of texts, before it is merged.

create or replace temp table staged_skill_vectors (digest varchar, model varchar, vector float[]);
