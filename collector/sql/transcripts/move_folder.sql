-- What stood for a folder that moved stands for where it is now.

update transcript_folders set stands_for = $new where stands_for = $old;

delete from transcript_folders where folder = $new;
