"""Instances that are over by when they ended.

Revision ID: 0021
"""

from andante.store.migrations.online import add_index

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_index("ix_instance_ended", "instance", ("ended_at", "id"), "ended_at > 0")
