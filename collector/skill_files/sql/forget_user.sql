-- The user's own folders are no longer read: nothing of them stays.

delete from settings where key = 'user_skills';

delete from skill_files where project_id = '(user)';

delete from skill_scans where project_id = '(user)';

delete from skill_texts where digest not in (select digest from skill_files);

delete from skill_vectors where digest not in (select digest from skill_texts);
