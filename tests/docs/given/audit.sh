andante person add oda
andante person add kim 2>/dev/null || true
andante backup andante.db --db $SERVER_DB
