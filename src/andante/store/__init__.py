"""Where it is kept: schema, migrations, the write path and the read path."""
