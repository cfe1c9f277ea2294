//! Real clients, unchanged: `gh`, PyGithub, `@octokit/core`.
//!
//! `clients/install` puts the latter two into the target folder. A client that is not
//! there fails the test; nothing is skipped.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use esc_sync::{
    model::{SecretValue, Slot},
    sandbox::{Running, Sandbox, SandboxOptions, github::ItemVisibility},
};

const VALUE: &str = "-----BEGIN X-----\nline \"two\" $HOME ${{ x }} \\n\n\ttab é\n-----END X-----\n";

/// The folder in which `clients/install` puts things.
pub(crate) fn installed(what: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |target| root.join(target));
    let path = target.join("clients/github").join(what);
    assert!(path.exists(), "{} is missing: run tests/integration/sandbox_github/clients/install", path.display());
    path
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/integration/sandbox_github/clients").join(name)
}

/// Runs a client with nothing of this machine's settings; what it prints is shown if it fails.
async fn run(mut command: Command, input: &'static str) -> String {
    let output = tokio::task::spawn_blocking(move || -> std::io::Result<Output> {
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child?;
        std::io::Write::write_all(&mut child.stdin.take().expect("piped"), input.as_bytes())?;
        child.wait_with_output()
    });
    let output = output.await.expect("not cancelled").expect("the client starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

fn clean(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("NO_COLOR", "1");
    command
}

/// A world with an environment and more secrets than one page holds.
fn prepare(running: &Running) {
    running.world(|world| {
        let github = &mut world.github;
        let app = github.repository_id("acme", "app").expect("there by default");
        github.put_environment(app, "production", 0);
        for number in 0..130 {
            let name = format!("BULK_{number:03}");
            github.set("org:acme", Slot::Secret, &name, SecretValue::from("x"), 0).expect("set");
        }
    });
}

fn value(running: &Running, scope: &str, slot: Slot, name: &str) -> String {
    let view = running.world(|world| world.github.view(scope, slot, name));
    let view = view.unwrap_or_else(|error| panic!("{scope} {name}: {error}"));
    // What arrived is what these tests are about.
    view.value.expose_text().expect("text").to_owned()
}

/// What every client's script has left behind.
fn check(running: &Running) {
    let secret = |scope: &str, name: &str| value(running, scope, Slot::Secret, name);
    let variable = |scope: &str, name: &str| value(running, scope, Slot::Variable, name);
    for scope in
        ["org:acme", "org:acme:dependabot", "repo:acme/app", "repo:acme/app:dependabot", "env:acme/app:production"]
    {
        assert_eq!(secret(scope, "MULTI"), VALUE, "{scope}");
    }
    for scope in ["org:acme", "repo:acme/app", "env:acme/app:production"] {
        assert_eq!(variable(scope, "SETTING"), "second", "{scope}");
        assert!(running.world(|world| world.github.view(scope, Slot::Secret, "GONE")).is_err(), "{scope}");
        assert!(running.world(|world| world.github.view(scope, Slot::Variable, "GONE")).is_err(), "{scope}");
    }
    assert_eq!(secret("repo:acme/app", "UPDATED"), "second");
    let chosen = running.world(|world| world.github.view("org:acme", Slot::Secret, "CHOSEN")).expect("stored");
    assert_eq!((chosen.visibility, chosen.repositories), (Some(ItemVisibility::Selected), vec!["acme/app".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn pygithub_reads_and_writes_all_scopes() {
    let running = Sandbox::start(SandboxOptions::default()).await.expect("started");
    prepare(&running);
    let mut command = clean(installed("venv/bin/python"));
    command.arg(script("pygithub_client.py")).arg(&running.url);
    run(command, VALUE).await;
    check(&running);
}

#[tokio::test(flavor = "multi_thread")]
async fn pygithub_works_under_the_prefix_of_an_enterprise_server() {
    let running = Sandbox::start(SandboxOptions::default()).await.expect("started");
    prepare(&running);
    let mut command = clean(installed("venv/bin/python"));
    command.arg(script("pygithub_client.py")).arg(format!("{}/api/v3", running.url));
    run(command, VALUE).await;
    check(&running);
    assert!(running.requests().iter().all(|request| request.path.starts_with("/api/v3/")));
}

#[tokio::test(flavor = "multi_thread")]
async fn pygithub_signs_in_as_an_app_and_only_with_the_registered_key() {
    let running = Sandbox::start(SandboxOptions::default()).await.expect("started");
    let mut command = clean(installed("venv/bin/python"));
    command.arg(script("pygithub_app.py")).arg(&running.url);
    run(command, "").await;
    assert_eq!(value(&running, "repo:acme/app", Slot::Secret, "FROM_APP"), "value");
}

#[tokio::test(flavor = "multi_thread")]
async fn octokit_reads_and_writes_all_scopes() {
    let running = Sandbox::start(SandboxOptions::default()).await.expect("started");
    prepare(&running);
    // Modules are looked for beside the script, so that a copy stands beside them.
    let modules = installed("node_modules");
    let copy = modules.with_file_name(format!("octokit-{}.mjs", esc_sync::crypto::random_id(4)));
    fs::copy(script("octokit_client.mjs"), &copy).expect("copied");
    let mut command = clean("node");
    command.arg(&copy).arg(&running.url);
    run(command, VALUE).await;
    fs::remove_file(&copy).expect("removed");
    check(&running);
}

/// `gh` with settings of its own, speaking to a socket in the file system.
struct Gh {
    home: PathBuf,
}

impl Gh {
    fn new() -> Self {
        let home = std::env::temp_dir().join(format!("gh-{}", esc_sync::crypto::random_id(6)));
        fs::create_dir(&home).expect("made");
        let socket = home.join("socket");
        fs::write(home.join("config.yml"), format!("http_unix_socket: {}\n", socket.display())).expect("written");
        Self { home }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = clean("gh");
        command.args(arguments).current_dir(&self.home).env("HOME", &self.home).env("GH_CONFIG_DIR", &self.home);
        command.env("GH_TOKEN", "token").env("GH_PROMPT_DISABLED", "1").env("GH_NO_UPDATE_NOTIFIER", "1");
        command
    }

    /// An emulator behind the socket. `gh` sends its token to hosts of GitHub only, so that links must stay on one.
    async fn sandbox(&self) -> Running {
        let public_url = Some("https://api.github.com".to_owned());
        let options = SandboxOptions { unix_socket: Some(self.home.join("socket")), public_url, ..Default::default() };
        Sandbox::start(options).await.expect("started")
    }

    async fn run(&self, arguments: &[&str]) -> String {
        run(self.command(arguments), "").await
    }
}

impl Drop for Gh {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.home);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn gh_reads_and_writes_all_scopes() {
    let gh = Gh::new();
    let running = gh.sandbox().await;
    prepare(&running);
    let scopes: [&[&str]; 5] = [
        &["--org", "acme"],
        &["--org", "acme", "--app", "dependabot"],
        &["--repo", "acme/app"],
        &["--repo", "acme/app", "--app", "dependabot"],
        &["--repo", "acme/app", "--env", "production"],
    ];
    for scope in scopes {
        gh.run(&[&["secret", "set", "multi", "--body", VALUE], scope].concat()).await;
    }
    for scope in [scopes[0], scopes[2], scopes[4]] {
        gh.run(&[&["secret", "set", "GONE", "--body", "x"], scope].concat()).await;
        gh.run(&[&["secret", "delete", "GONE"], scope].concat()).await;
    }
    for body in ["first", "second"] {
        gh.run(&["secret", "set", "UPDATED", "--repo", "acme/app", "--body", body]).await;
    }
    gh.run(&["secret", "set", "CHOSEN", "--org", "acme", "--repos", "app", "--body", "x"]).await;
    for scope in ["orgs/acme/actions", "repos/acme/app/actions", "repos/acme/app/environments/production"] {
        let all = format!("{scope}/variables");
        let visibility: &[&str] = if scope.starts_with("orgs") { &["-f", "visibility=all"] } else { &[] };
        for name in ["name=SETTING", "name=GONE"] {
            gh.run(&[&["api", &all, "-f", name, "-f", "value=first"], visibility].concat()).await;
        }
        gh.run(&["api", "-X", "PATCH", &format!("{all}/SETTING"), "-f", "value=second"]).await;
        gh.run(&["api", "-X", "DELETE", &format!("{all}/GONE")]).await;
    }
    check(&running);
    let listed = gh.run(&["secret", "list", "--org", "acme"]).await;
    assert_eq!(listed.lines().count(), 132, "{listed}");
    assert!(listed.contains("MULTI") && listed.contains("BULK_129"));
}

#[tokio::test(flavor = "multi_thread")]
async fn gh_takes_many_at_once_and_tells_a_refusal() {
    let gh = Gh::new();
    let running = gh.sandbox().await;
    let lines: String = (0..60).map(|number| format!("MANY_{number:02}=value {number}\n")).collect();
    let file = gh.home.join("many.env");
    fs::write(&file, lines).expect("written");
    gh.run(&["secret", "set", "--repo", "acme/app", "--env-file", file.to_str().expect("text")]).await;
    let stored = running.world(|world| world.github.names("repo:acme/app", Slot::Secret)).expect("a scope");
    assert_eq!(stored.len(), 60);
    assert_eq!(value(&running, "repo:acme/app", Slot::Secret, "MANY_59"), "value 59");
    let mut refused = gh.command(&["secret", "set", "github_bad", "--org", "acme", "--body", "x"]);
    let output = tokio::task::spawn_blocking(move || refused.stdin(Stdio::null()).output()).await;
    let output = output.expect("not cancelled").expect("gh starts");
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && message.contains("must not start with GITHUB_"), "{message}");
}
