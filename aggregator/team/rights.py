"""The rights that a store's owner sets, as text to copy."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from aggregator.team.folder_store import FOLDERS
from aggregator.team.store import Store
from schema.spelling import command

_ANY_MEMBER = "MEMBER"
_OTHERS = (
    "Every member may read agreement.json, experiments/ and community/.",
    "A member may read, write and delete members/MEMBER.parquet, their own object only;",
    "only the maintainer who runs the team rollup may list or read members/.",
)
_NO_VERSIONS = "Keep versioning off: a deleted object would live on in older versions."


def rights(store: Store) -> list[str]:
    """What to set so that members see what is published, and nobody what others send."""
    if store.is_folder:
        return [
            f"chmod {mode:04o} {store.url}/{name}"
            + ("   # members write, only you list" if name == "members" else "")
            for name, mode in FOLDERS.items()
        ]
    if not store.url.startswith("s3://"):
        return [*_OTHERS, _NO_VERSIONS]
    policy = json.dumps(_s3_policy(store.url), indent=2).splitlines()
    return [
        f"The policy of a member, whose name `{command('team status')}` shows:",
        *policy,
        _NO_VERSIONS,
    ]


def _s3_policy(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    prefix = f"{parts.path.strip('/')}/".removeprefix("/")
    top = f"arn:aws:s3:::{parts.netloc}{parts.path}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "s3:GetObject",
                "Resource": [
                    f"{top}/agreement.json",
                    f"{top}/experiments/*",
                    f"{top}/community/*",
                ],
            },
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
                "Resource": f"{top}/members/{_ANY_MEMBER}.parquet",
            },
            # What is shared may be listed; who publishes may not.
            {
                "Effect": "Allow",
                "Action": "s3:ListBucket",
                "Resource": f"arn:aws:s3:::{parts.netloc}",
                "Condition": {
                    "StringLike": {
                        "s3:prefix": [f"{prefix}experiments/*", f"{prefix}community/*"],
                    }
                },
            },
        ],
    }
