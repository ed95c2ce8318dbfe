"""Open the vault that the settings name; what cannot be opened stops the start with a sentence."""

from portal.settings import Settings, WrongSetting
from storage.objects import FolderStore, ObjectStore
from storage.providers import KeyProvider, LocalKeyring
from storage.vault import VAULT

# boto3 takes a second to import, and an installation without AWS never needs it.


def open_vault(settings: Settings) -> None:
    """Use the store and the key provider of the settings from now on; raises WrongSetting if they cannot be used.

    Blocks while a bucket is asked whether it is there.
    """
    VAULT.open(_store(settings), _provider(settings))


def _store(settings: Settings) -> ObjectStore:
    if settings.store == "folder":
        return FolderStore(settings.documents_folder)
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - see above

    from storage.aws import code_of, connect  # noqa: PLC0415
    from storage.s3_store import S3Store  # noqa: PLC0415

    try:
        client = connect(
            "s3", endpoint=settings.s3_endpoint, region=settings.s3_region, checksums=settings.s3_checksums
        )
        store = S3Store(client, settings.s3_bucket)
        store.check()
    except ClientError as error:
        reasons = {"404": "there is no such bucket", "403": "it does not let these AWS credentials in"}
        reason = reasons.get(code_of(error), f"it answered {code_of(error)}")
        raise WrongSetting(f"CHARTWAY_S3_BUCKET names {settings.s3_bucket}, but {reason}.") from None
    except BotoCoreError as error:
        raise WrongSetting(_did_not_connect("CHARTWAY_S3_BUCKET", settings.s3_bucket, error)) from None
    return store


def _provider(settings: Settings) -> KeyProvider:
    if settings.keys == "local":
        return LocalKeyring(settings.keyring_folder)
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - see above

    from storage.aws import connect  # noqa: PLC0415
    from storage.kms import AwsKms  # noqa: PLC0415

    try:
        client = connect("kms", endpoint=settings.kms_endpoint, region=settings.kms_region)
    except BotoCoreError as error:
        raise WrongSetting(_did_not_connect("CHARTWAY_KEYS", "kms", error)) from None
    return AwsKms(client, prefix=settings.kms_prefix)


def _did_not_connect(variable: str, value: str, error: Exception) -> str:
    kind = type(error).__name__
    advice = {
        "NoCredentialsError": "there are no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY,"
        " or give the machine a role",
        "NoRegionError": "no region is set",
    }.get(kind, f"it cannot be reached ({kind})")
    return f"{variable} is {value}, but {advice}."
