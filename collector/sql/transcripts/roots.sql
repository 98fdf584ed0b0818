select source, path, projects from transcript_roots order by source, path;
