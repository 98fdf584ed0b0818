select project_name from projects order by project_name;
