mkdir -p var/lib/andante
andante backup var/lib/andante/andante.db --db $SERVER_DB
ID=$(andante start ParallelReview --var amount=1 | awk 'END {print $1}')
cp var/lib/andante/andante.db andante.db
