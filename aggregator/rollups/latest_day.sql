select max(day) from skill_usage where invoked_at <= cast($horizon as timestamptz);
