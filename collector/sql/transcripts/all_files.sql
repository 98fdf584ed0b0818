select source, root, path, state, fingerprint, checkpoint from transcript_files;
