-- Whether a name was ever a skill, an agent or both.

select distinct kind from totals($q) order by kind
