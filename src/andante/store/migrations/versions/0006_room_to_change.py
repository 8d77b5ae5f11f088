"""On PostgreSQL, rows that change have room beside them, and tables whose rows come and go are tidied often.

Revision ID: 0006
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    # An instance changes a few times in its life. Where no index is concerned the new row stands on the same page, and
    # no index is written.
    op.execute("alter table instance set (fillfactor=70)")
    for table in ("job", "outbox", "subscription", "candidate"):
        op.execute(f"alter table {table} set (autovacuum_vacuum_scale_factor=0.02, autovacuum_vacuum_cost_delay=0)")
