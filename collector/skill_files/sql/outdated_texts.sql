select 1 from skill_texts where rules_version <> $version limit 1;
