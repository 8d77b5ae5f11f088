andante person add stock --role operator
cat >client.py <<EOF
import os
from andante.client import Client
with Client(os.environ["ANDANTE_URL"], "admin", os.environ["ANDANTE_CLIENT_SECRET"]) as client:
    client.add_client("stock", client_id="stock", client_secret="its-secret")
EOF
python client.py
