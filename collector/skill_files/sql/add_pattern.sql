insert into skill_categories values ($category, $pattern, $position);
