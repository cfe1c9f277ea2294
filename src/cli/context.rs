//! Which stores a run talks to: the real ones by the environment and flags, or the emulator.

use std::path::{Path, PathBuf};

use crate::{
    engine::live::{Asker, AskerOptions},
    http::{BaseUrl, Client, Options, ProxySettings},
    mapping::Mapping,
    store::Stores,
};

use super::{
    Failure,
    args::{Addresses, Global},
    environment::Environment,
    sandbox::Attached,
};

/// The world a command runs in. Dropping it stops the emulator, if there is one.
#[derive(Debug)]
pub(crate) struct Context {
    environment: Environment,
    sandbox: Option<Attached>,
}

/// Variables that hold an address of a store, and the option that stands for each.
const ADDRESSES: [(&str, Option<&str>); 4] = [
    ("PULUMI_BACKEND_URL", Some("--pulumi-backend-url")),
    ("PULUMI_API", None),
    ("GITHUB_API_URL", Some("--github-api-url")),
    ("LAMBDA_API_URL", Some("--lambda-api-url")),
];

impl Context {
    pub(crate) fn new(global: &Global, mapping: &Mapping) -> Result<Self, Failure> {
        let context = match &global.sandbox {
            None => {
                let environment = Environment::of(global.variables.clone(), overrides(&global.addresses));
                Self { environment, sandbox: None }
            }
            Some(dir) => {
                let sandbox = Attached::start(dir, mapping, global.profile.as_deref())?;
                Self { environment: sandbox.environment(), sandbox: Some(sandbox) }
            }
        };
        context.check_addresses()?;
        Ok(context)
    }

    /// A bad address is a typing error, to be said before anything is asked.
    fn check_addresses(&self) -> Result<(), Failure> {
        for (name, option) in ADDRESSES {
            if let Some(Err(error)) = self.environment.var(name).map(|text| BaseUrl::parse(&text)) {
                let source = option.filter(|_| self.environment.is_overridden(name)).unwrap_or(name);
                let help = format!("set {source} to https://HOST[:PORT][/PREFIX]; plain http is for this machine only");
                return Err(Failure::usage(format!("the address in {source} cannot be used: {error}"), help));
            }
        }
        let needs_proxy = ["PULUMI_BACKEND_URL", "GITHUB_API_URL"]
            .iter()
            .any(|name| self.environment.var(name).is_none_or(|url| !url.trim().starts_with("http://")));
        if needs_proxy && ProxySettings::find(&|name| self.environment.var(name)).is_unusable() {
            let help = "set HTTPS_PROXY to http://HOST:PORT or https://HOST:PORT, or unset it";
            return Err(Failure::usage("the proxy in HTTPS_PROXY or ALL_PROXY cannot be used", help));
        }
        Ok(())
    }

    /// The folder of the sandbox, if the command runs in one.
    pub(crate) fn sandbox(&self) -> Option<&Path> {
        self.sandbox.as_ref().map(Attached::folder)
    }

    /// A variable of the environment the command runs in.
    pub(crate) fn var(&self, name: &str) -> Option<String> {
        self.environment.var(name)
    }

    /// The way to services; in the sandbox it answers in the place of all of them.
    pub(crate) fn asker(&self, global: &Global) -> Asker {
        let own = AskerOptions::default();
        let detour = self.sandbox.as_ref().and_then(|_| BaseUrl::parse(&self.var("PULUMI_BACKEND_URL")?).ok());
        let deadline = own.deadline.min(global.timeout);
        Asker::new(&self.client(global), AskerOptions { deadline, offline: global.offline, detour, ..own })
    }

    /// What requests go through.
    pub(crate) fn client(&self, global: &Global) -> Client {
        let proxy = ProxySettings::find(&|name: &str| self.environment.var(name));
        let options = Options { timeout: global.timeout, wait_budget: global.max_wait, proxy, ..Options::default() };
        Client::new(match global.partition {
            Some(partition) => options.shared_by(partition.of),
            None => options,
        })
    }

    /// Finds logins; asks nobody yet.
    pub(crate) fn stores(&self, global: &Global, mapping: &Mapping) -> Stores {
        let look_up = |name: &str| self.environment.var(name);
        let client = self.client(global);
        if let Some(proxy) = client.proxy_description() {
            tracing::info!(%proxy, "requests go through a proxy");
        }
        let home = self.environment.var("HOME").map(PathBuf::from);
        Stores::find(&client, &look_up, home.as_deref(), mapping.entries.iter().map(|entry| &entry.name))
    }
}

/// The variables that flags of the same meaning stand for.
fn overrides(addresses: &Addresses) -> Vec<(&'static str, String)> {
    let pairs = [
        ("PULUMI_BACKEND_URL", &addresses.pulumi_backend_url),
        ("GITHUB_API_URL", &addresses.github_api_url),
        ("LAMBDA_API_URL", &addresses.lambda_api_url),
        ("GITHUB_APP_ID", &addresses.github_app_id),
        ("GITHUB_APP_INSTALLATION_ID", &addresses.github_app_installation_id),
        ("GITHUB_APP_PRIVATE_KEY_FILE", &addresses.github_app_private_key_file),
    ];
    let given = pairs.into_iter().filter_map(|(name, flag)| Some((name, flag.clone()?)));
    // Whoever names an App by flag does not mean the token that happens to be set.
    let no_token =
        addresses.github_app_id.iter().flat_map(|_| ["GITHUB_TOKEN", "GH_TOKEN"].map(|name| (name, String::new())));
    given.chain(no_token).collect()
}
