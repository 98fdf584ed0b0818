delete from experiments
where team_id is not null and team_id = $team;
