ID=$(andante start ParallelReview --var amount=1 | awk 'END {print $1}')
andante variables set $ID total=1 --new
