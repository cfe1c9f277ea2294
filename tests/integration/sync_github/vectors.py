"""Makes vectors.txt anew: boxes of PyNaCl with fixed keys, and keys that are none.

box SEED SIZE TEXT: the whole box.  sum SEED SIZE TEXT: its BLAKE2b-256, for large ones.
low TEXT: a public key of low order, or of another length.
The content is (i * 31 + SEED) mod 256 at byte i; the recipient's seed and the sender's
secret key are 32 times SEED and 32 times SEED + 1.
"""

from base64 import b64encode
from hashlib import blake2b

from nacl.bindings import crypto_box, crypto_scalarmult_base, crypto_box_seed_keypair


def box(seed, size):
    recipient, _ = crypto_box_seed_keypair(bytes([seed]) * 32)
    secret = bytes([seed + 1]) * 32
    sender = crypto_scalarmult_base(secret)
    nonce = blake2b(sender + recipient, digest_size=24).digest()
    content = bytes((i * 31 + seed) % 256 for i in range(size))
    return sender + crypto_box(content, nonce, recipient, secret)


def text(data):
    return b64encode(data).decode()


for number, size in enumerate([0, 1, 2, 15, 16, 17, 31, 32, 33, 47, 48, 63, 64, 65] * 8):
    print("box", number + 1, size, text(box(number + 1, size)))
for number, size in enumerate([47999, 48000, 48001, 49151, 49152, 49153]):
    print("sum", number + 200, size, text(blake2b(box(number + 200, size), digest_size=32).digest()))
p = 2**255 - 19
for point in [0, 1, p - 1, p, p + 1,
              325606250916557431795983626356110631294008115727848805560023387167927233504,
              39382357235489614581723060781553021112529911719440698176882885853963445705823]:
    print("low", text(point.to_bytes(32, "little")))
for size in [0, 1, 16, 31, 33, 64]:
    print("low", text(bytes([9]) * size))
