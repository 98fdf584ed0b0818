select kind, skill_name, verdict, cells from stored_verdicts order by place;
