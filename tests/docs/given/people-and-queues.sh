for name in ann bob mo; do andante person add $name 2>/dev/null || true; done
andante queues delete claims 2>/dev/null || true
echo "a bill" >bill.pdf
ID=$(andante start ParallelReview --var amount=1 | awk 'END {print $1}')
TASK=$(andante tasks --instance $ID | awk 'END {print $1}')
printf '%%PDF-1.4\n%%%%EOF\n' >bill.pdf
FILE=$(andante attachments add bill.pdf --task $TASK --json | sed -n 's/.*"id": "\([^"]*\)".*/\1/p' | head -1)
