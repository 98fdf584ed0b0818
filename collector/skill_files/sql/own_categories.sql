select category, list(pattern order by position)
from skill_categories
group by category
order by min(position);
