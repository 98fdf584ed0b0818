select coalesce(max(position), 0) from skill_categories;
