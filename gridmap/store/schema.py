"""The schema's life: what a server must have, upgrade, downgrade, and what stands now."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from gridmap.errors import Unsuitable

MIGRATIONS = Path(__file__).parent / "migrations"
EXTENSIONS = ("postgis", "btree_gist", "pg_trgm")
OLDEST_SERVER = 150000
OLDEST_POSTGIS = (3, 3)


def configuration(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration, bound to an open connection where one is given."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema to a revision; all steps in one transaction. Two at once: one waits."""
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(1919119201)"))
        command.upgrade(configuration(connection), revision)
        connection.commit()


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema back to a revision (`base` for an empty database)."""
    with engine.connect() as connection:
        command.downgrade(configuration(connection), revision)
        connection.commit()


def refresh_statistics(session: Session) -> None:
    """Let the planner see what a large load has written; part of the caller's transaction."""
    session.execute(text("ANALYZE"))


def is_current(engine: Engine) -> bool:
    """Tell whether the schema is the newest that this program knows."""
    with engine.connect() as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
    return set(heads) == set(ScriptDirectory.from_config(configuration()).get_heads())


def check_server(engine: Engine) -> None:
    """Check that the server can carry gridmap: version, encoding, collation, extensions, rights.

    pg_trgm drops Chinese characters where LC_CTYPE is C, so the database is C.UTF-8 or ICU.

    Raises:
        Unsuitable: names the first thing that is missing.
    """
    with engine.connect() as connection:
        _check_version(connection)
        _check_encoding(connection)
        for extension in EXTENSIONS:
            _check_extension(connection, extension)
        _check_rights(connection)


def _check_version(connection: Connection) -> None:
    number = int(connection.scalar(text("SELECT current_setting('server_version_num')")) or 0)
    if number < OLDEST_SERVER:
        raise Unsuitable(
            reason_zh=f"PostgreSQL 版本是 {number // 10000}，需要 15 或更高",
            reason_en=f"PostgreSQL {number // 10000} is too old, 15 or newer is needed",
        )


def _check_encoding(connection: Connection) -> None:
    encoding, ctype, provider = connection.execute(
        text(
            "SELECT pg_encoding_to_char(encoding), datctype, datlocprovider"
            " FROM pg_database WHERE datname = current_database()"
        )
    ).one()
    if encoding != "UTF8":
        raise Unsuitable(
            reason_zh=f"数据库编码是 {encoding}，需要 UTF8",
            reason_en=f"the database's encoding is {encoding}, UTF8 is needed",
        )
    if provider != "i" and ctype in {"C", "POSIX"}:
        raise Unsuitable(
            reason_zh=f"数据库的字符分类（LC_CTYPE）是 {ctype}，会丢失汉字，需要 C.UTF-8 或 ICU",
            reason_en=f"the database's LC_CTYPE is {ctype}, which drops Chinese; C.UTF-8 or ICU is needed",
        )


def _check_extension(connection: Connection, extension: str) -> None:
    available, installed, trusted = connection.execute(
        text(
            "SELECT count(*) > 0, bool_or(installed), bool_or(trusted OR NOT superuser)"
            " FROM pg_available_extension_versions WHERE name = :name"
        ),
        {"name": extension},
    ).one()
    if not available:
        raise Unsuitable(
            reason_zh=f"服务器没有安装扩展 {extension}",
            reason_en=f"the server lacks the extension {extension}",
        )
    superuser = connection.scalar(
        text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    )
    if not installed and not superuser and not trusted:
        raise Unsuitable(
            reason_zh=f"扩展 {extension} 尚未启用，请超级用户先执行 CREATE EXTENSION {extension}",
            reason_en=f"the extension {extension} is not enabled; a superuser must run CREATE EXTENSION {extension}",
        )
    if installed and extension == "postgis":
        _check_postgis_version(connection)


def _check_postgis_version(connection: Connection) -> None:
    version = str(connection.scalar(text("SELECT postgis_lib_version()")))
    major, minor = (int(part) for part in version.split(".")[:2])
    if (major, minor) < OLDEST_POSTGIS:
        raise Unsuitable(
            reason_zh=f"PostGIS 版本是 {version}，需要 3.3 或更高",
            reason_en=f"PostGIS {version} is too old, 3.3 or newer is needed",
        )


def _check_rights(connection: Connection) -> None:
    may_create = connection.scalar(text("SELECT has_schema_privilege('public', 'CREATE')"))
    if not may_create:
        raise Unsuitable(
            reason_zh="数据库账号没有在 public 模式中建表的权限",
            reason_en="the database user may not create tables in the schema public",
        )
