"""The table of the audit log: who asked for what, when, from where and why. Rows are added, and go only with age."""

from typing import Final

import sqlalchemy as sa

from andante.store.columns import TEXT, metadata, number, text

audit: Final = sa.Table(
    "audit",
    metadata,
    sa.Column("chain", TEXT, primary_key=True),  # of one server, from its start to its end
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    number("at"),
    text("actor"),  # "": the server itself, or nobody who is known
    text("client"),  # the OAuth client; "" for a browser session
    text("address"),
    text("via"),  # api, page, mcp, server
    text("action"),
    text("kind"),  # of the object
    text("object"),
    text("reason"),
    text("details", "{}"),
    text("outcome"),  # done, refused, unknown
    text("code"),  # of the refusal
    text("hash"),  # sha256 of the row before in the chain, and of this one
    sa.Index("ix_audit_at", "at", "chain", "seq"),
    sa.Index("ix_audit_actor", "actor", "at"),
    sa.Index("ix_audit_action", "action", "at"),
    sa.Index("ix_audit_object", "object", "at"),
)
