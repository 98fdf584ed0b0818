-- Another folder stands for one that is gone.

delete from transcript_folders where folder = $folder;

insert into transcript_folders values ($folder, $other);
