delete from team_membership;
