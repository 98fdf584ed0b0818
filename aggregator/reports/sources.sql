select distinct source from skill_usage where source is not null;
