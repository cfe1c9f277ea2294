"""Opens boxes and seals what was in them again, line by line.

The first line is the other side's public key; the answer to it is ours. Every further
line is a box for us; the answer is its content and that content in a box for them.
"""

import sys
from base64 import b64decode, b64encode

from nacl.public import PrivateKey, PublicKey, SealedBox

ours = PrivateKey.generate()
theirs = SealedBox(PublicKey(b64decode(sys.stdin.readline())))
print(b64encode(bytes(ours.public_key)).decode(), flush=True)
opening = SealedBox(ours)
for line in sys.stdin:
    content = opening.decrypt(b64decode(line))
    print(b64encode(content).decode(), b64encode(theirs.encrypt(content)).decode())
