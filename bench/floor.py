"""What the disk and SQLite allow: `python -m bench.floor COUNT` prints {"commands_per_s": number}.

The three rows of a typical command, written bare: the instance with its state of 600 bytes, a journal entry of 200
bytes, and a task; 100 commands a transaction, WAL, synchronous=FULL, nothing computed, no index but the keys. As in
the measured process an instance has three commands.
"""

import json
import os
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

BATCH = 100
COMMANDS = 3


def main() -> None:
    count = int(sys.argv[1])
    state, entry = os.urandom(600), os.urandom(200)
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder, "floor.db"), isolation_level=None)
        database.execute("pragma journal_mode=wal")
        database.execute("pragma synchronous=full")
        database.execute("create table instance (id text primary key, seq integer, data blob)")
        database.execute("create table journal (id text, seq integer, data blob, primary key (id, seq)) without rowid")
        database.execute("create table task (id text, key integer, name text, primary key (id, key))")
        begin = time.perf_counter()
        for first in range(0, count, BATCH):
            keys = [(f"002N{n // COMMANDS:016d}", n % COMMANDS) for n in range(first, first + BATCH)]
            database.execute("begin immediate")
            database.executemany("insert or replace into instance values (?, ?, ?)", [(i, n, state) for i, n in keys])
            database.executemany("insert into journal values (?, ?, ?)", [(i, n, entry) for i, n in keys])
            database.executemany("insert into task values (?, ?, ?)", [(i, n, "Review the terms") for i, n in keys])
            database.execute("commit")
        rate = count / (time.perf_counter() - begin)
        database.close()
    print(json.dumps({"commands_per_s": rate}))


if __name__ == "__main__":
    main()
