-- Staged skill files and texts into their tables: the same result in any order and however often.

create or replace temp macro last_look_at(id) as
(select max(scanned_at) from skill_scans where project_id = id);

delete from skill_texts
where digest in (select digest from staged_skill_texts) and rules_version <> $rules_version;

insert into skill_texts by name
select distinct on (digest) *, $rules_version as rules_version
from staged_skill_texts
where digest not in (select digest from skill_texts);

-- A version that was there before is there again.
update skill_files
set
    kind = staged.kind,
    tool = staged.tool,
    name = staged.name,
    folder_name = staged.folder_name,
    visible = staged.visible,
    bytes = staged.bytes,
    plugins = staged.plugins,
    modified_at = make_timestamptz(staged.modified_us),
    gone_at = null
from staged_skill_files as staged
where
    skill_files.project_id = staged.project_id
    and skill_files.path = staged.path
    and skill_files.digest = staged.digest;

-- The version before is gone since this one was made, as far as that can be known. It was there at the
-- last look.
update skill_files
set
    gone_at = cast($now as timestamptz),
    last_seen_at = coalesce(last_look_at(skill_files.project_id), last_seen_at)
from staged_skill_files as staged
where
    skill_files.project_id = staged.project_id
    and skill_files.path = staged.path
    and skill_files.digest <> staged.digest
    and skill_files.gone_at is null;

insert into skill_files by name
select
    staged.* exclude (modified_us),
    make_timestamptz(staged.modified_us) as modified_at,
    cast($now as timestamptz) as first_seen_at,
    cast($now as timestamptz) as last_seen_at,
    null as gone_at
from staged_skill_files as staged
where
    not exists (
        from skill_files
        where
            skill_files.project_id = staged.project_id
            and skill_files.path = staged.path
            and skill_files.digest = staged.digest
    );

update skill_files
set
    gone_at = cast($now as timestamptz),
    last_seen_at = coalesce(last_look_at(skill_files.project_id), last_seen_at)
from gone_skill_files as gone
where
    skill_files.project_id = gone.project_id
    and skill_files.path = gone.path
    and skill_files.gone_at is null;
