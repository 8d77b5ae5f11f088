"""Open tasks by when they were created.

Revision ID: 0014
"""

from andante.store.migrations.online import add_index

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_index("ix_task_created", "task", ("created_at", "instance_id", "key"), "state = 'open' and suspended = 0")
