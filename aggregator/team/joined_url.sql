-- Where the store of this warehouse's team is.
select url from team_membership;
