create or replace temp table gone_transcripts (source varchar, root varchar, path varchar);
