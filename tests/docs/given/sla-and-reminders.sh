ID=$(andante start Incident --var title=Printer --var severity=1 | awk 'END {print $1}')
TASK=$(andante tasks --view all --instance $ID | awk 'END {print $1}')
