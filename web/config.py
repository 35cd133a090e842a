"""The server's configuration, from the environment."""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_HOME = ".gridmap"
MEGABYTE = 1024 * 1024
LARGEST_BODY = 40 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Config:
    """What `create_app` needs to know.

    Attributes:
        database_url: PostGIS database.
        secret_key: signs form tokens; the same for all workers.
        pool_size: database connections a worker keeps.
        secure_cookies: send cookies over HTTPS only.
        rate_limits: off only for load tests on a machine of one's own.
        tiles_folder: where tiles are kept for all workers; None keeps them in each worker's memory only.
        tiles_bytes: what the tiles in that folder may take.
    """

    database_url: str
    secret_key: str = field(repr=False)
    pool_size: int = 5
    secure_cookies: bool = False
    rate_limits: bool = True
    tiles_folder: Path | None = None
    tiles_bytes: int = 1024 * MEGABYTE


def home() -> Path:
    """Return the folder of the private cluster and of this server's secrets."""
    return Path(os.environ.get("GRIDMAP_HOME", DEFAULT_HOME)).absolute()


def from_environment() -> Config:
    """Read DATABASE_URL, SECRET_KEY (else a key kept in GRIDMAP_HOME) and the switches."""
    tiles_mb = int(os.environ.get("GRIDMAP_TILES_MB", "1024"))
    return Config(
        database_url=os.environ.get("DATABASE_URL") or private_database(),
        secret_key=os.environ.get("SECRET_KEY") or kept_secret(home() / "secret_key"),
        pool_size=int(os.environ.get("GRIDMAP_POOL_SIZE", "5")),
        secure_cookies=os.environ.get("GRIDMAP_HTTPS", "") == "1",
        rate_limits=os.environ.get("GRIDMAP_RATE_LIMITS", "1") != "0",
        tiles_folder=home() / "tiles" if tiles_mb > 0 else None,
        tiles_bytes=tiles_mb * MEGABYTE,
    )


def private_database() -> str:
    """Return the address of the private cluster that `scripts/run` keeps under GRIDMAP_HOME.

    Host, port and password stand in its service file, which libpq reads by itself.
    """
    services = home() / "pg_service.conf"
    if not services.exists():
        return "postgresql://localhost/gridmap"
    os.environ.setdefault("PGSERVICEFILE", str(services))
    return "postgresql:///?service=gridmap"


def kept_secret(path: Path) -> str:
    """Return the key in the file; make it (readable by its owner only) where there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(32), encoding="ascii")
        with contextlib.suppress(FileExistsError):  # the first of several workers wins
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text(encoding="ascii").strip()
