delete from skill_categories where category = $category;
