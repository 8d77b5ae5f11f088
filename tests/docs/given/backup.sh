mkdir -p var/lib/andante backups
andante backup var/lib/andante/andante.db --db $SERVER_DB
cp var/lib/andante/andante.db backups/andante-2026-01-05.db
