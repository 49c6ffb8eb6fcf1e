"""The settings of where attachments and other large contents are kept."""

from dataclasses import dataclass
from pathlib import Path

from urgentry.config.fields import (
    bucket_name,
    choice,
    endpoint,
    object_prefix,
    setting,
    switch,
    whole_number,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobSettings:
    """`URGENTRY_BLOBS_*`."""

    store: str = setting(
        "disk",
        "Where attachments and other large contents are kept: `disk`, or `s3` for an S3-compatible "
        "object store.",
        parse=choice("disk", "s3"),
    )
    former_store: str = setting(
        "none",
        "Where blobs were kept, while `urgentry blobs move` carries them over: `disk` or `s3`. "
        "What is not found in the present store is looked for there.",
        parse=choice("none", "disk", "s3"),
    )
    dir: Path = setting(
        Path(),
        "Directory of blobs on `disk`. Several servers must share it.",
        parse=Path,
        shown="`blobs` in the data directory",
    )
    min_free_bytes: int = setting(
        512 << 20,
        "Blobs are refused when they would leave less than this free on the disk.",
        parse=whole_number(0, 1 << 50),
    )
    sweep_delay_days: int = setting(
        7,
        "Blobs that nothing needs any more are removed after so many days. Make it longer than the "
        "time for which backups of the database are kept to be restored.",
        parse=whole_number(1, 365),
    )
    s3_bucket: str = setting("", "Bucket of blobs on `s3`.", parse=bucket_name)
    s3_prefix: str = setting(
        "", "What the keys in the bucket begin with.", parse=object_prefix, shown="none"
    )
    s3_endpoint: str = setting(
        "",
        "Address of the object store, such as `https://s3.example.com`.",
        parse=endpoint,
        shown="that of AWS in the region",
    )
    s3_region: str = setting("us-east-1", "Region of the bucket.")
    s3_access_key_id: str = setting(
        "",
        "Access key. Without one, credentials come from the environment as AWS has it: a role of "
        "the pod, the container or the machine.",
        secret=True,
        shown="none",
    )
    s3_secret_access_key: str = setting("", "Its secret.", secret=True, shown="none")
    s3_session_token: str = setting(
        "", "Session token that belongs to temporary credentials.", secret=True, shown="none"
    )
    s3_path_style: str = setting(
        "auto",
        "Whether the bucket stands in the path (`yes`) or before the host name (`no`); `auto`: in "
        "the path where an endpoint is given.",
        parse=choice("auto", "yes", "no"),
    )
    s3_encryption: str = setting(
        "none",
        "Encryption that the store is asked for: `AES256`, `aws:kms` or `aws:kms:dsse`; `none` "
        "leaves it to the bucket.",
        parse=choice("none", "aes256", "aws:kms", "aws:kms:dsse"),
    )
    s3_kms_key_id: str = setting("", "Key for `aws:kms`.", shown="the default key of the account")
    s3_bulk_delete: bool = setting(
        True,
        "Whether many objects are removed by one request; `no` where the store cannot.",
        parse=switch,
        shown="yes",
    )
