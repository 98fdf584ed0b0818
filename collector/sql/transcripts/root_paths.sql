select source, path from transcript_roots;
