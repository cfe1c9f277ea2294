// Reads and writes every scope through @octokit/core; the multi-line value comes on stdin.

import assert from "node:assert";
import { readFileSync } from "node:fs";

import { Octokit } from "@octokit/core";
import { paginateRest } from "@octokit/plugin-paginate-rest";
import sodium from "libsodium-wrappers";

const value = readFileSync(0, "utf8");
const octokit = new (Octokit.plugin(paginateRest))({ auth: "token", baseUrl: process.argv[2] });
const [organization, repository, environment] = [
  "/orgs/acme/actions",
  "/repos/acme/app/actions",
  "/repos/acme/app/environments/production",
];

await sodium.ready;

async function put(scope, name, text, more = {}) {
  const { data } = await octokit.request(`GET ${scope}/secrets/public-key`);
  const key = sodium.from_base64(data.key, sodium.base64_variants.ORIGINAL);
  const box = sodium.crypto_box_seal(sodium.from_string(text), key);
  const encrypted_value = sodium.to_base64(box, sodium.base64_variants.ORIGINAL);
  const body = { encrypted_value, key_id: data.key_id, ...more };
  return (await octokit.request(`PUT ${scope}/secrets/${name}`, body)).status;
}

const all = { visibility: "all" };
assert.equal(await put(organization, "MULTI", value, all), 201);
assert.equal(await put("/orgs/acme/dependabot", "MULTI", value, all), 201);
assert.equal(await put(repository, "multi", value), 201);
assert.equal(await put("/repos/acme/app/dependabot", "MULTI", value), 201);
assert.equal(await put(environment, "MULTI", value), 201);
assert.equal(await put(repository, "UPDATED", "first"), 201);
assert.equal(await put(repository, "UPDATED", "second"), 204);

const { data: app } = await octokit.request("GET /repos/{owner}/{repo}", { owner: "acme", repo: "app" });
await put(organization, "CHOSEN", "x", { visibility: "selected", selected_repository_ids: [app.id] });

for (const scope of [organization, repository, environment]) {
  const more = scope === organization ? all : {};
  await put(scope, "GONE", "x", more);
  assert.equal((await octokit.request(`DELETE ${scope}/secrets/GONE`)).status, 204);
  for (const name of ["SETTING", "GONE"]) {
    assert.equal((await octokit.request(`POST ${scope}/variables`, { name, value: "first", ...more })).status, 201);
  }
  assert.equal((await octokit.request(`PATCH ${scope}/variables/SETTING`, { value: "second" })).status, 204);
  assert.equal((await octokit.request(`DELETE ${scope}/variables/GONE`)).status, 204);
  const variables = await octokit.paginate(`GET ${scope}/variables`, { per_page: 30 });
  assert.deepEqual(variables.map((one) => [one.name, one.value]), [["SETTING", "second"]]);
}

const secrets = await octokit.paginate("GET /orgs/{org}/actions/secrets", { org: "acme", per_page: 100 });
assert.equal(secrets.length, 132);
await assert.rejects(put(organization, "GITHUB_BAD", "x", all), (error) => error.status === 422);
await assert.rejects(octokit.request("GET /orgs/nobody"), (error) => error.status === 404);
