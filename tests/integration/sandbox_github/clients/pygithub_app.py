"""Signs in as an App: the assertion is signed with a key made here, and a second key must be refused."""

import json
import sys
import urllib.request

import github
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

base = sys.argv[1]


def private_pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode()


def register(key, form):
    public = key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()
    body = json.dumps({"app-id": "77", "public-key": public}).encode()
    request = urllib.request.Request(base + "/_sandbox/github/app", data=body, method="POST")
    assert urllib.request.urlopen(request).status == 200


def sign_in(key):
    auth = github.Auth.AppAuth(77, private_pem(key))
    integration = github.GithubIntegration(auth=auth, base_url=base)
    installation = integration.get_repo_installation("acme", "app")
    return integration.get_github_for_installation(installation.id)


key, other = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
for form in [serialization.PublicFormat.PKCS1, serialization.PublicFormat.SubjectPublicKeyInfo]:
    register(key, form)
    sign_in(key).get_repo("acme/app").create_secret("FROM_APP", "value")
    try:
        sign_in(other)
        raise SystemExit("a foreign signature was taken")
    except github.GithubException as error:
        assert error.status == 401, error.status
