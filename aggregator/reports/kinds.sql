-- Whether a skill or agent was ever a skill, an agent or both.

select distinct kind from periods($q) order by kind
