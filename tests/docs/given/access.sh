andante queues add personnel --kind groups 2>/dev/null || true
andante person add kim
KEY=$(andante keys add "to be revoked" --json | sed -n 's/.*"id": "\(.*\)".*/\1/p')
