-- The agreement of the team that this warehouse is a member of.
select cast(agreement as varchar) as agreement from team_membership;
