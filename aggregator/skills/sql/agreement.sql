select cast(agreement as varchar) from team_membership;
