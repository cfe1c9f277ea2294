// Walks the emulator through the calls of @pulumi/esc-sdk that people use.

import assert from "node:assert";
import { createRequire } from "node:module";

const { EscApi, Configuration } = createRequire(import.meta.url)(process.env.ESC_SDK);
const backend = process.env.PULUMI_BACKEND_URL;
const [org, project, name] = ["acme", "proj", "env"];
const text = `imports:
  - base

values:
  # kept
  db:
      password:
          fn::secret: "two\\nlines"
  n: 5
`;

const config = new Configuration({ accessToken: process.env.PULUMI_ACCESS_TOKEN, basePath: backend });
const client = new EscApi(config);
// Version 0.12.4 drops the port of a base URL that it is given (tried).
config.basePath = `${backend}/api/esc`;
client.rawApi.basePath = config.basePath;

const status = async (call) => {
    try {
        await call;
    } catch (failure) {
        return failure.response?.status ?? failure;
    }
    return "no failure";
};

await client.createEnvironment(org, project, name);
assert.deepEqual((await client.listEnvironments(org)).environments.map((e) => e.name), ["base", name]);

await client.updateEnvironmentYaml(org, project, name, text);
const stored = await client.getEnvironment(org, project, name);
assert.match(stored.yaml, /ciphertext: ZXNjeAAAAA/);
assert.ok(!stored.yaml.includes("two"));
assert.match((await client.decryptEnvironment(org, project, name)).yaml, /two/);

const { values } = await client.openAndReadEnvironment(org, project, name);
assert.equal(values.db.password, "two\nlines");
assert.equal(values.shared, "base-secret");
assert.equal(values.n, 5);
const session = await client.openEnvironment(org, project, name);
const read = await client.readOpenEnvironmentProperty(org, project, name, session.id, "db.password");
assert.equal(read.property.value, "two\nlines");
assert.equal(read.property.secret, true);

assert.ok(!(await client.checkEnvironmentYaml(org, "values: {a: 1}\n")).diagnostics?.length);
const bad = await client.checkEnvironmentYaml(org, 'values: {a: "${nope}"}\n');
assert.match(bad.diagnostics[0].summary, /nope/);
assert.equal(await status(client.updateEnvironmentYaml(org, project, name, "values: [")), 400);
assert.equal(await status(client.getEnvironment(org, project, "nowhere")), 404);

assert.deepEqual((await client.listEnvironmentRevisions(org, project, name)).map((r) => r.number), [2, 1]);
await client.createEnvironmentRevisionTag(org, project, name, "stable", 2);
assert.equal((await client.getEnvironmentRevisionTag(org, project, name, "stable")).revision, 2);
await client.updateEnvironmentRevisionTag(org, project, name, "stable", 1);
assert.equal((await client.listEnvironmentRevisionTags(org, project, name)).tags.length, 2);
await client.openAndReadEnvironmentAtVersion(org, project, name, "2");
await client.deleteEnvironmentRevisionTag(org, project, name, "stable");

await client.createEnvironmentTag(org, project, name, "team", "one");
await client.updateEnvironmentTag(org, project, name, "team", "one", "team", "two");
assert.equal((await client.getEnvironmentTag(org, project, name, "team")).value, "two");
await client.deleteEnvironmentTag(org, project, name, "team");

await client.cloneEnvironment(org, project, name, project, "kept");
await client.deleteEnvironment(org, project, name);
assert.equal(await status(client.openEnvironment(org, project, name)), 404);
console.log("done");
