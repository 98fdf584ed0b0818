"""The data dictionary's part about skills, agents and commands on disk."""

from __future__ import annotations

from schema.dictionary_table import Table

SKILL_TABLES = (
    Table(
        "skill_files",
        "a version of a skill file: its project, its path and the digest of its text",
        "collector",
        "Which skills, agents and commands are on disk, and since when each has the text it has.",
        {
            "project_id": "projects.project_id; `(user)` for the user's own folders",
            "path": "relative to the project's folder, or to the user's home folder",
            "digest": "skill_texts.digest",
            "kind": "skill, agent or command",
            "tool": "the tool that reads the file, or Collection",
            "name": "as its front matter says, else as its folder or file is called",
            "folder_name": "as its folder is called, or its file for agents and commands",
            "visible": "whether the agent's model is shown it",
            "bytes": "the file's size",
            "modified_at": "when the file was last written",
            "first_seen_at": "instant of the first pass that found the file with this text",
            "last_seen_at": "instant of the last refresh that did; while it is there,"
            " skill_scans.scanned_at says that",
            "gone_at": "instant of the first pass that no longer did; null: it is there",
            "plugins": "names of the plugins that have the file; agents write `plugin:skill`",
        },
    ),
    Table(
        "skill_scans",
        "a project, or `(user)`",
        "collector",
        "When skill files were last looked for, and how folders and files looked then: as long as"
        " they look the same, they are not searched again.",
        {
            "project_id": "projects.project_id; `(user)` for the user's own folders",
            "scanned_at": "instant of the last refresh that looked",
            "path": "empty: the path of a project stands in projects.project_path alone",
            "rules": "version of what is looked for",
            "files": "skill files that were found",
            "looked_at": "paths of those and of the folders around them, relative to the project's",
            "digest": "digest of the project's path, their sizes, times, inodes; null: search",
        },
    ),
    Table(
        "skill_texts",
        "a text that skill files have or had",
        "collector",
        "What can be searched. Of a file's body no text is stored, only which words it has, as"
        " hashes under a key of this warehouse and in no order.",
        {
            "digest": "digest of the file's bytes, under the warehouse's key; 32 digits",
            "description": "what the file says it is for, without tags, at most 1,024 characters",
            "category": "what it is about; null: not known",
            "category_basis": "told (by its author) or derived (from its words); null: no category",
            "description_length": "characters of the whole description",
            "words": "keyed 64-bit hashes of the words of name, description and body, sorted",
            "weights": "how much of a word the text explains, 0 to 1, in the order of words",
            "rules_version": "version of the rules by which words and weights were made",
        },
    ),
    Table(
        "skill_vectors",
        "a text and a sentence model",
        "collector",
        "What a sentence model makes of the name and the description of a text, where one is"
        " installed.",
        {
            "digest": "skill_texts.digest",
            "model": "the model's name and digest",
            "vector": "the text as a vector of length 1",
        },
    ),
    Table(
        "skill_categories",
        "a pattern of names in a category of the user's own",
        "`categories set`",
        "What the user sorts skills into; it goes before what authors and words say.",
        {
            "category": "the category",
            "pattern": "a name, or a part of one with * for the rest",
            "position": "order of the patterns: the first that fits counts",
        },
    ),
)
