"""Alembic's environment: the connection is handed over by `gridmap.store.schema`."""

from alembic import context
from geoalchemy2 import alembic_helpers

from gridmap.store.base import Base

FOREIGN = ("spatial_ref_sys", "procrastinate_")
"""Beginnings of the names of tables that PostGIS and the job runner bring themselves."""

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_object=lambda _item, name, kind, _reflected, _other: (
        not (kind == "table" and (name or "").startswith(FOREIGN))
    ),
    render_item=alembic_helpers.render_item,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
