-- What is kept of texts: of $digests only, unless null.

select digest, description, description_length, category, category_basis
from skill_texts
where $digests is null or list_contains($digests, digest)
