andante queues add accounting --kind groups
VIEW=$(andante view save "All of mine" --filter due=today | awk 'END {print $1}')
