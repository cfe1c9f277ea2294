//! The clients of the three object stores, with credentials from the variables their own tools read.
//!
//! Invariant: a credential goes from the environment into the client's builder and nowhere else.

use std::{sync::Arc, time::Duration};

use object_store::{
    ClientOptions, ObjectStore, RetryConfig,
    aws::{AmazonS3Builder, AmazonS3ConfigKey as S3},
    azure::{AzureConfigKey as Azure, MicrosoftAzureBuilder},
    gcp::{GoogleCloudStorageBuilder, GoogleConfigKey as Google},
};

use crate::ledger::{
    backend::StateFault,
    fault::usage,
    url::{ObjectService, ObjectUrl},
};

type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

const S3_VARIABLES: &[(&str, S3)] = &[
    ("AWS_ACCESS_KEY_ID", S3::AccessKeyId),
    ("AWS_SECRET_ACCESS_KEY", S3::SecretAccessKey),
    ("AWS_SESSION_TOKEN", S3::Token),
    ("AWS_DEFAULT_REGION", S3::DefaultRegion),
    ("AWS_REGION", S3::Region),
    ("AWS_ENDPOINT_URL", S3::Endpoint),
    ("AWS_ENDPOINT_URL_S3", S3::S3Endpoint),
    ("AWS_WEB_IDENTITY_TOKEN_FILE", S3::WebIdentityTokenFile),
    ("AWS_ROLE_ARN", S3::RoleArn),
    ("AWS_ROLE_SESSION_NAME", S3::RoleSessionName),
    ("AWS_ENDPOINT_URL_STS", S3::StsEndpoint),
    ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", S3::ContainerCredentialsRelativeUri),
    ("AWS_CONTAINER_CREDENTIALS_FULL_URI", S3::ContainerCredentialsFullUri),
    ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", S3::ContainerAuthorizationTokenFile),
];

const GOOGLE_VARIABLES: &[(&str, Google)] = &[
    ("GOOGLE_APPLICATION_CREDENTIALS", Google::ApplicationCredentials),
    ("GOOGLE_SERVICE_ACCOUNT", Google::ServiceAccount),
    ("GOOGLE_SERVICE_ACCOUNT_KEY", Google::ServiceAccountKey),
];

const AZURE_VARIABLES: &[(&str, Azure)] = &[
    ("AZURE_STORAGE_ACCOUNT", Azure::AccountName),
    ("AZURE_STORAGE_KEY", Azure::AccessKey),
    ("AZURE_STORAGE_SAS_TOKEN", Azure::SasKey),
    ("AZURE_CLIENT_ID", Azure::ClientId),
    ("AZURE_CLIENT_SECRET", Azure::ClientSecret),
    ("AZURE_TENANT_ID", Azure::AuthorityId),
    ("AZURE_AUTHORITY_HOST", Azure::AuthorityHost),
    ("AZURE_FEDERATED_TOKEN_FILE", Azure::FederatedTokenFile),
    ("IDENTITY_ENDPOINT", Azure::MsiEndpoint),
];

pub(super) fn client(url: &ObjectUrl, env: Env<'_>) -> Result<Arc<dyn ObjectStore>, StateFault> {
    // Whoever installs a provider first wins; all of ours are ring.
    drop(rustls::crypto::ring::default_provider().install_default());
    match url.service {
        ObjectService::S3 => s3(url, env),
        ObjectService::Google => google(url, env),
        ObjectService::Azure => azure(url, env),
    }
}

fn s3(url: &ObjectUrl, env: Env<'_>) -> Result<Arc<dyn ObjectStore>, StateFault> {
    let mut builder = AmazonS3Builder::new();
    for (key, value) in set(S3_VARIABLES, env) {
        builder = builder.with_config(key, value);
    }
    if let Some(region) = &url.region {
        builder = builder.with_region(region);
    }
    if let Some(endpoint) = &url.endpoint {
        builder = builder.with_config(S3::S3Endpoint, endpoint);
    }
    // Ours are deleted one by one, and not every service that speaks S3 knows another way.
    let builder = builder.with_disable_bulk_delete(true).with_bucket_name(&url.bucket);
    let builder = builder.with_client_options(options(url)).with_retry(retry());
    built(builder.build(), "set AWS_REGION, and AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY, or run under a role")
}

fn google(url: &ObjectUrl, env: Env<'_>) -> Result<Arc<dyn ObjectStore>, StateFault> {
    let mut builder = GoogleCloudStorageBuilder::new();
    for (key, value) in set(GOOGLE_VARIABLES, env) {
        builder = builder.with_config(key, value);
    }
    if let Some(endpoint) = &url.endpoint {
        builder = builder.with_base_url(endpoint);
    }
    // Stand-ins on this machine know no logins, and must not be shown a real one.
    if is_plain(url) {
        builder = builder.with_bearer_token("stand-in");
    }
    let builder = builder.with_bucket_name(&url.bucket).with_client_options(options(url)).with_retry(retry());
    built(builder.build(), "set GOOGLE_APPLICATION_CREDENTIALS to a key file, or run under a service account")
}

fn azure(url: &ObjectUrl, env: Env<'_>) -> Result<Arc<dyn ObjectStore>, StateFault> {
    let mut builder = MicrosoftAzureBuilder::new();
    for (key, value) in set(AZURE_VARIABLES, env) {
        builder = builder.with_config(key, value);
    }
    if let Some(endpoint) = &url.endpoint {
        builder = builder.with_endpoint(endpoint.clone());
    }
    let builder = builder.with_container_name(&url.bucket).with_client_options(options(url)).with_retry(retry());
    built(
        builder.build(),
        "set AZURE_STORAGE_ACCOUNT, and AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN or an identity's variables",
    )
}

fn set<K: Copy>(variables: &[(&str, K)], env: Env<'_>) -> Vec<(K, String)> {
    let value = |name: &str| env(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    variables.iter().filter_map(|(name, key)| Some((*key, value(name)?))).collect()
}

fn is_plain(url: &ObjectUrl) -> bool {
    url.endpoint.as_ref().is_some_and(|endpoint| endpoint.starts_with("http://"))
}

fn options(url: &ObjectUrl) -> ClientOptions {
    ClientOptions::new()
        .with_allow_http(is_plain(url))
        .with_timeout(Duration::from_secs(30))
        .with_connect_timeout(Duration::from_secs(10))
}

fn retry() -> RetryConfig {
    RetryConfig { max_retries: 4, retry_timeout: Duration::from_secs(60), ..RetryConfig::default() }
}

/// What the builder says may hold a value that it could not use.
fn built<S: ObjectStore>(client: object_store::Result<S>, help: &str) -> Result<Arc<dyn ObjectStore>, StateFault> {
    match client {
        Ok(client) => Ok(Arc::new(client)),
        Err(_) => Err(usage("the object store's settings in the environment are incomplete or cannot be used", help)),
    }
}
