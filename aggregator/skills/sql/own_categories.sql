select pattern, category from skill_categories order by position, pattern;
