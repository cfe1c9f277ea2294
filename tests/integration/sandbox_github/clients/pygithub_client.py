"""Reads and writes every scope through PyGithub; the multi-line value comes on stdin."""

import sys

import github

value = sys.stdin.read()
api = github.Github(
    auth=github.Auth.Token("token"), base_url=sys.argv[1], seconds_between_requests=0, seconds_between_writes=0
)
organization = api.get_organization("acme")
repository = api.get_repo("acme/app")
environment = repository.get_environment("production")

organization.create_secret("MULTI", value, "all")
organization.create_secret("MULTI", value, "all", secret_type="dependabot")
organization.create_secret("CHOSEN", "x", "selected", [repository])
repository.create_secret("multi", value)
repository.create_secret("MULTI", value, "dependabot")
environment.create_secret("MULTI", value)
for body in ["first", "second"]:
    repository.create_secret("UPDATED", body)

organization.create_secret("GONE", "x", "private").delete()
repository.create_secret("GONE", "x").delete()
environment.create_secret("GONE", "x").delete()

for scope, more in [(organization, ["all"]), (repository, []), (environment, [])]:
    scope.create_variable("SETTING", "first", *more)
    setting = scope.get_variable("SETTING")
    assert setting.value == "first", setting.value
    assert setting.edit("second", *more)
    scope.create_variable("GONE", "x", *more).delete()
    assert [variable.name for variable in scope.get_variables()] == ["SETTING"]

names = [secret.name for secret in organization.get_secrets()]
assert names == sorted(names) and len(names) == 132, names
chosen = organization.get_secret("CHOSEN")
assert [one.full_name for one in chosen.selected_repositories] == ["acme/app"]
assert repository.get_secret("MULTI").updated_at.microsecond == 0
assert [one.name for one in organization.get_repos()] == ["app", "site"]
assert [one.name for one in repository.get_environments()] == ["production"]
assert api.get_user().login == "operator"
assert "repo" in api.oauth_scopes
assert api.get_rate_limit().rate.remaining > 0
try:
    organization.create_secret("GITHUB_BAD", "x", "all")
    raise SystemExit("a reserved name was taken")
except github.GithubException as error:
    assert error.status == 422, error.status
