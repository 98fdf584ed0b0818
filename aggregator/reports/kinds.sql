-- Whether a name was ever a skill, an agent or both.

select distinct kind from periods($q) order by kind
