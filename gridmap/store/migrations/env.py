"""Alembic's environment: the connection is handed over by `gridmap.store.schema`."""

from alembic import context
from geoalchemy2 import alembic_helpers

from gridmap.store.base import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_object=lambda _item, name, kind, _reflected, _other: (
        not (kind == "table" and name == "spatial_ref_sys")
    ),
    render_item=alembic_helpers.render_item,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
