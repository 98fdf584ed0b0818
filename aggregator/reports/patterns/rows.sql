-- Uses as their writers noted them. The stand-ins of archived days have neither order nor company,
-- so they are no part of this.

with uses as not materialized (select * from skill_usage)
