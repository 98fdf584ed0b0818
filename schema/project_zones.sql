select distinct timezone from projects order by timezone;
