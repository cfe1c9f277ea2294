"""Walks the emulator through the calls of pulumi-esc-sdk that people use."""

import os

import pulumi_esc_sdk as esc
from pulumi_esc_sdk.exceptions import BadRequestException, NotFoundException

ORG, PROJECT, NAME = "acme", "proj", "env"
YAML = """imports:
  - base

values:
  # kept
  db:
      password:
          fn::secret: "two\\nlines"
  n: 5
"""

client = esc.EscClient(
    esc.Configuration(host=os.environ["PULUMI_BACKEND_URL"], access_token=os.environ["PULUMI_ACCESS_TOKEN"])
)


def refused(kind, call):
    try:
        call()
    except kind as failure:
        return failure
    raise AssertionError(f"{kind.__name__} was expected")


client.create_environment(ORG, PROJECT, NAME)
assert [e.name for e in client.list_environments(ORG).environments] == ["base", NAME]

client.update_environment_yaml(ORG, PROJECT, NAME, YAML)
definition, raw = client.get_environment(ORG, PROJECT, NAME)
assert "ciphertext: ZXNjeAAAAA" in str(raw) and "two" not in str(raw), raw
decrypted, raw = client.decrypt_environment(ORG, PROJECT, NAME)
assert "two" in str(raw), raw

environment, values, text = client.open_and_read_environment(ORG, PROJECT, NAME)
assert values["db"]["password"] == "two\nlines", values
assert values["shared"] == "base-secret" and values["n"] == 5, values
session = client.open_environment(ORG, PROJECT, NAME)
value, plain = client.read_open_environment_property(ORG, PROJECT, NAME, session.id, "db.password")
assert value.secret and plain == "two\nlines", value

assert not client.check_environment_yaml(ORG, "values: {a: 1}\n").diagnostics
bad = client.check_environment_yaml(ORG, 'values: {a: "${nope}"}\n')
assert "nope" in bad.diagnostics[0].summary, bad
refused(BadRequestException, lambda: client.update_environment_yaml(ORG, PROJECT, NAME, "values: ["))
refused(NotFoundException, lambda: client.get_environment(ORG, PROJECT, "nowhere"))

revisions = client.list_environment_revisions(ORG, PROJECT, NAME)
assert [r.number for r in revisions] == [2, 1], revisions
client.create_environment_revision_tag(ORG, PROJECT, NAME, "stable", 2)
assert client.get_environment_revision_tag(ORG, PROJECT, NAME, "stable").revision == 2
client.update_environment_revision_tag(ORG, PROJECT, NAME, "stable", 1)
assert {t.name for t in client.list_environment_revision_tags(ORG, PROJECT, NAME).tags} == {"latest", "stable"}
client.get_environment_at_version(ORG, PROJECT, NAME, "2")
client.open_and_read_environment_at_version(ORG, PROJECT, NAME, "2")
client.delete_environment_revision_tag(ORG, PROJECT, NAME, "stable")

client.create_environment_tag(ORG, PROJECT, NAME, "team", "one")
client.update_environment_tag(ORG, PROJECT, NAME, "team", "one", "team", "two")
assert client.get_environment_tag(ORG, PROJECT, NAME, "team").value == "two"
assert client.list_environment_tags(ORG, PROJECT, NAME).tags["team"].value == "two"
client.delete_environment_tag(ORG, PROJECT, NAME, "team")

client.clone_environment(ORG, PROJECT, NAME, PROJECT, "kept", {})
client.delete_environment(ORG, PROJECT, NAME)
refused(NotFoundException, lambda: client.open_environment(ORG, PROJECT, NAME))
print("done")
