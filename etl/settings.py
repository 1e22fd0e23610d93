"""Site settings: one documented class, read from the environment and an optional file.

Belongs here: what differs between sites (folders, zone, limits). Does not belong here: what
words mean; the parameters of the derivations stand in `etl/parameters`.
"""

from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

ZONE = "Europe/Amsterdam"
"""The zone of a site that names none."""


class Studies(BaseModel):
    """The section `[studies]`: what every night works out of the studies."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sensitivity: bool = Field(
        True, description="Whether every night derives again under the alternative definitions."
    )


class Settings(BaseSettings):
    """Settings of one site.

    Precedence: arguments, then environment variables `RECHALLENGE_*`, then
    `rechallenge.toml` in the working folder, then the defaults below.
    """

    model_config = SettingsConfigDict(
        env_prefix="RECHALLENGE_",
        env_nested_delimiter="__",
        toml_file="rechallenge.toml",
        extra="forbid",
    )

    home: Path = Field(Path("var"), description="Folder of inbox, warehouse and published.")
    timezone: str = Field(ZONE, description="Zone of the schedule and of 'today'.")
    nightly_cron: str = Field("0 4 * * *", description="When the nightly refresh starts.")
    inbox_source: str | None = Field(
        None,
        description="Registry whose exports land in the inbox; the one last published, else "
        "`native`, when it is not set.",
    )
    memory_limit: str = Field("8GB", description="Memory DuckDB may use.")
    threads: int = Field(2, ge=1, description="Threads DuckDB may use.")
    storage_version: str = Field(
        "v1.2.0", description="Oldest DuckDB that must be able to open the published file."
    )
    encryption_key: SecretStr | None = Field(
        None, description="When set, the warehouse is encrypted at rest (extra `encryption`)."
    )
    keep_sources: bool = Field(
        True,
        description=(
            "Keep the source rows of published snapshots, for the operator alone, so that a past "
            "night can be judged again. Never where the warehouse is encrypted."
        ),
    )
    keep_snapshots: int = Field(
        14, ge=1, description="Published snapshots kept; frozen ones are always kept."
    )
    publish_sav: bool = Field(
        True,
        description="Whether the marts are published as SPSS files, too (6 s per 100,000 lines).",
    )
    studies: Studies = Field(Studies(), description="What every night works out of the studies.")
    sensitivity: bool | None = Field(
        None, description="As `[studies] sensitivity`, over which it goes; read for two releases."
    )
    cache: Path | None = Field(
        None,
        description="Folder of what one night may remember for the next, which other homes may "
        "share; `cache` in the home when it is not set.",
    )
    delivery_late_days: int = Field(
        35, ge=1, description="Age in days after which a hospital's newest delivery is late."
    )
    vanished_kept_days: int = Field(
        365, ge=1, description="Days for which a record that is no longer delivered is asked about."
    )
    expected_rows: Path | None = Field(
        None,
        description="Folder of the site's reviewed files of expected rows, `<source>.csv`; "
        "`expected_rows` in the home when it is not set.",
    )
    minimum_cell: int = Field(5, ge=1, description="Counts below it are suppressed in outputs.")
    keys_in_metadata: int = Field(
        10, ge=0, le=50, description="Record keys shown per failing check in the Dagster UI."
    )
    lapsing_days: int = Field(
        30, ge=0, description="An acceptance that ends within so many days is listed as lapsing."
    )
    worklist_rows: int = Field(
        200,
        ge=1,
        le=100_000,
        description="Findings a hospital's worklist shows at most; a patient is never split.",
    )
    digest_stewards: SecretStr | None = Field(
        None, description="Where stewards get the digest: apprise addresses, a space between."
    )
    digest_engineers: SecretStr | None = Field(
        None, description="Where engineers hear of failed and missing nights: as for stewards."
    )
    digest_hospitals: dict[str, SecretStr] = Field(
        default_factory=dict,
        description="Where a hospital hears of its queries and late delivery: addresses by code.",
    )
    digest_heartbeat_nights: int = Field(
        7, ge=0, description="After so many nights without news a message says so; 0: never."
    )
    digest_on_refresh: bool = Field(
        False, description="Whether `rechallenge refresh` sends the digest when it has ended."
    )
    missed_night_hours: int = Field(
        26, ge=1, description="Hours without a night that ended well, after which one is missed."
    )
    sensor_settle_seconds: int = Field(
        60, ge=0, description="A delivery is complete when it has not changed for so long."
    )
    ui_port: int = Field(3000, ge=1, le=65535, description="Port of the Dagster UI on loopback.")
    profile: Literal["site", "demo"] = Field("site", description="`demo` labels outputs synthetic.")

    @model_validator(mode="after")
    def _home_is_absolute(self) -> Self:
        """A run may change its working folder; the home must not move with it."""
        object.__setattr__(self, "home", self.home.expanduser().absolute())
        if self.sensitivity is not None:
            object.__setattr__(self, "studies", Studies(sensitivity=self.sensitivity))
        try:  # an unknown zone is refused here, not at four in the morning
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(
                f"timezone {self.timezone!r} is no zone of the IANA database; write it as "
                f"{ZONE!r} (RECHALLENGE_TIMEZONE, or `timezone` in rechallenge.toml)"
            ) from None
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the TOML file after the environment."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def inbox(self) -> Path:
        """Folder that deliveries arrive in, one folder each."""
        return self.home / "inbox"

    @property
    def warehouse_path(self) -> Path:
        """The working DuckDB file, private to the run."""
        return self.home / "warehouse.duckdb"

    @property
    def sources(self) -> Path:
        """Folder of the source tables of published snapshots; the operator's alone."""
        return self.home / "sources"

    @property
    def published(self) -> Path:
        """Folder of the published snapshots."""
        return self.home / "published"

    @property
    def dagster_home(self) -> Path:
        """Folder of the Dagster instance."""
        return self.home / "dagster"

    @property
    def outputs(self) -> Path:
        """Folder where the run lays its outputs before they are published."""
        return self.home / "outputs"

    @property
    def remembered(self) -> Path:
        """Folder of what one night remembers for the next."""
        return (self.cache or self.home / "cache").expanduser().absolute()

    @property
    def data_docs(self) -> Path:
        """Great Expectations' pages, one folder a snapshot."""
        return self.home / "data_docs"

    @property
    def governance(self) -> Path:
        """Folder of the reviewed lists of opt-outs and merged pseudonyms."""
        return self.home / "governance"

    @property
    def acceptances_path(self) -> Path:
        """The stewards' acceptances: a file of its own, so that a refresh blocks nobody."""
        return self.home / "acceptances.sqlite"

    @property
    def words_of_the_night(self) -> Path:
        """The copy of that file which the night's steps read, so that all read the same."""
        return self.home / "acceptances.night.sqlite"

    @property
    def worklists(self) -> Path:
        """Folder of the worklists, one folder a snapshot, and of the answers that come back."""
        return self.home / "worklists"

    def today(self) -> date:
        """The day in the site's zone: the ledger's day unless `--as-of` says another."""
        return datetime.now(ZoneInfo(self.timezone)).date()


def mistakes(error: ValidationError) -> str:
    """What is wrong with the settings, as a sentence that quotes no value (one is a key)."""
    said = "; ".join(
        ": ".join(
            filter(
                None,
                [".".join(map(str, one["loc"])), str(one["msg"]).removeprefix("Value error, ")],
            )
        )
        for one in error.errors(include_input=False)
    )
    return f"A setting cannot be used: {said}."


_HELD = frozenset(
    {
        *("inbox", "warehouse.duckdb", "acceptances.sqlite", "published", "outputs", "reports"),
        *("worklists", "data_docs", "opinions", "sources", "retained_sources", "governance"),
        *("expected_rows", "dagster", "state.json", "heartbeat.json", "digest.json"),
    }
)


def is_home(folder: Path) -> bool:
    """Whether a folder holds anything that a home holds."""
    try:
        return any(path.name in _HELD for path in folder.iterdir())
    except OSError:
        return False


def nearest_homes(mistyped: Path) -> list[Path]:
    """Homes whose address is nearest to one that is none: those beside it, and those below it."""
    parent = mistyped.parent
    while not parent.is_dir() and parent != parent.parent:
        parent = parent.parent
    rest = mistyped.relative_to(parent).parts[1:]
    beside = {path.name: path for path in _folders(parent)}
    found = [
        beside[name].joinpath(*rest)
        for name in get_close_matches(mistyped.relative_to(parent).parts[0], beside, cutoff=0.6)
    ]
    within = [path for path in (mistyped, *found) for path in _folders(path)]
    return [path for path in (*found, *within) if is_home(path)]


def _folders(parent: Path) -> list[Path]:
    try:
        return sorted(path for path in parent.iterdir() if path.is_dir())
    except OSError:
        return []
