//! The shipped mappings hold what the inventory says.

use std::collections::{BTreeMap, BTreeSet};

use esc_sync::{
    mapping::{Mapping, load},
    model::{Encoding, Kind, Slot, Tier},
};

use super::{declaring_services, entry, file_text, forms::SHORT_FORM, good};

fn sophia() -> Mapping {
    good(&declaring_services(&file_text("mappings/sophia.yaml")))
}

/// Rows 1 to 133 of the inventory: every name that a mapping or an ESC definition holds. Those
/// that GitHub refuses stand under the name that carries them.
const NAMES: &str = "\
    ANTHROPIC_API_KEY APIFY_API_TOKEN API_SECRET_KEY APOLLO_API_KEY ARIZE_API_KEY ARIZE_SPACE_ID \
     ASANA_ACCESS_TOKEN ASANA_API_TOKEN ASANA_WORKSPACE_ID BRAVE_API_KEY CODACY_API_TOKEN CODACY_PROJECT_TOKEN \
     CODESTRAL_API_KEY COHERE_API_KEY DATABASE_URL DEEPSEEK_API_KEY DOCKERHUB_USERNAME DOCKER_HUB_ACCESS_TOKEN \
     DOCKER_HUB_TOKEN DOCKER_HUB_USERNAME DOCKER_PERSONAL_ACCESS_TOKEN DOCKER_TOKEN DOCKER_USER_NAME \
     ELEVEN_LABS_API_KEY ENCRYPTION_KEY ESTUARY_ACCESS_TOKEN ESTUARY_ENDPOINT ESTUARY_REFRESH_TOKEN \
     ESTUARY_TENANT EXA_API_KEY FIGMA_PAT FIGMA_PROJECT_ID GH_API_TOKEN GH_CLASSIC_PAT_TOKEN \
     GH_FINE_GRAINED_TOKEN GH_PAT_TOKEN GH_TOKEN GH_WEBHOOK_SECRET GONG_ACCESS_KEY GONG_ACCESS_KEY_SECRET \
     GONG_API_KEY GONG_BASE_URL GONG_CLIENT_SECRET GONG_DOMAIN GRAFANA_ADMIN_PASSWORD GRAFANA_PASSWORD \
     GRAFANA_URL GRAFANA_USERNAME GROQ_API_KEY HUBSPOT_ACCESS_TOKEN HUBSPOT_API_KEY HUBSPOT_CLIENT_SECRET \
     HUBSPOT_PORTAL_ID HUGGINGFACE_API_TOKEN JWT_SECRET LAMBDA_API_CLOUD_ENDPOINT LAMBDA_API_KEY \
     LAMBDA_CLOUD_API_KEY LAMBDA_IP_ADDRESS LAMBDA_LABS_API_KEY LAMBDA_LABS_CONTROL_PLANE_IP \
     LAMBDA_LABS_SSH_KEY_NAME LAMBDA_LABS_SSH_PRIVATE_KEY LAMBDA_LABS_SSH_PUBLIC_KEY LAMBDA_SSH_PRIVATE_KEY \
     LANGCHAIN_API_KEY LANGGRAPH_API_KEY LANGSMITH_API_KEY LINEAR_API_KEY LINEAR_TEAM_ID LLAMA_API_KEY \
     MEM0_API_KEY MISTRAL_API_KEY NAMECHEAP_API_KEY NAMECHEAP_USERNAME NOTION_API_KEY NOTION_API_TOKEN \
     NOTION_DATABASE_ID NPM_API_TOKEN OPENAI_API_KEY OPENAI_ORGANIZATION OPENROUTER_API_KEY PERPLEXITY_API_KEY \
     PINECONE_API_KEY PINECONE_ENVIRONMENT PINECONE_INDEX_NAME PORTKEY_API_KEY PORTKEY_CONFIG_ID \
     PORTKEY_VIRTUAL_KEY_PROD POSTGRES_DATABASE POSTGRES_HOST POSTGRES_PASSWORD POSTGRES_USERNAME PROMETHEUS_URL \
     PULUMI_ACCESS_TOKEN PULUMI_ORG QDRANT_API_KEY QDRANT_URL REDIS_PASSWORD REDIS_URL SALESFORCE_ACCESS_TOKEN \
     SERP_API_KEY SLACK_APP_TOKEN SLACK_BOT_TOKEN SLACK_CLIENT_ID SLACK_CLIENT_SECRET SLACK_SIGNING_SECRET \
     SLACK_WEBHOOK_URL SNOWFLAKE_ACCOUNT SNOWFLAKE_CONNECTION_URL SNOWFLAKE_DATABASE SNOWFLAKE_PASSWORD \
     SNOWFLAKE_PAT SNOWFLAKE_ROLE SNOWFLAKE_SCHEMA SNOWFLAKE_USER SNOWFLAKE_USERNAME SNOWFLAKE_WAREHOUSE \
     STABILITY_API_KEY TAVILY_API_KEY TOGETHERAI_API_KEY TOGETHER_AI_API_KEY VENICE_AI_API_KEY \
     VERCEL_ACCESS_TOKEN VERCEL_API_TOKEN VERCEL_ORG_ID VERCEL_PROJECT_ID_SOPHIA_PROD VERCEL_TOKEN \
     VERCEL_V0DEV_API_KEY WEAVIATE_API_KEY WEAVIATE_REST_ENDPOINT WEAVIATE_URL XAI_API_KEY";

#[test]
fn every_name_of_the_inventory_is_an_entry_or_an_alias() {
    let mapping = sophia();
    let mut names: BTreeSet<&str> = mapping.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert!(names.len() > 100, "{}", names.len());
    names.extend(mapping.entries.iter().flat_map(|entry| entry.detail().aliases.iter().map(|alias| alias.as_str())));
    assert!(names.len() > 180, "{}", names.len());
    let wanted: Vec<&str> = NAMES.split_whitespace().collect();
    assert_eq!(wanted.len(), 133);
    let lacking: Vec<&str> = wanted.into_iter().filter(|name| !names.contains(name)).collect();
    assert!(lacking.is_empty(), "{lacking:?}");
}

#[test]
fn tiers_are_those_of_document_000() {
    let mapping = sophia();
    let critical = [
        "DOCKER_PERSONAL_ACCESS_TOKEN",
        "DOCKER_USER_NAME",
        "ENVIRONMENT",
        "LAMBDA_LABS_API_KEY",
        "PULUMI_ACCESS_TOKEN",
    ];
    let important = [
        "ANTHROPIC_API_KEY",
        "GONG_ACCESS_KEY",
        "HUBSPOT_ACCESS_TOKEN",
        "LAMBDA_LABS_CONTROL_PLANE_IP",
        "LAMBDA_LABS_SSH_KEY_NAME",
        "LAMBDA_SSH_PRIVATE_KEY",
        "LINEAR_API_KEY",
        "OPENAI_API_KEY",
        "SLACK_BOT_TOKEN",
        "SNOWFLAKE_ACCOUNT",
        "SNOWFLAKE_PASSWORD",
        "SNOWFLAKE_USER",
    ];
    let mut of_tier: Vec<&str> =
        mapping.entries.iter().filter(|entry| entry.tier == Tier::Critical).map(|entry| entry.name.as_str()).collect();
    of_tier.sort_unstable();
    assert_eq!(of_tier, critical);
    for name in important {
        assert_eq!(entry(&mapping, name).tier, Tier::Important, "{name}");
    }
    assert_eq!(entry(&mapping, "APIFY_API_TOKEN").tier, Tier::Optional);
}

#[test]
fn fixed_values_are_stated() {
    let mapping = sophia();
    let account = entry(&mapping, "SNOWFLAKE_ACCOUNT");
    assert_eq!(account.detail().expect.join(" "), "ZNB04675");
    assert_eq!(account.detail().deny.join(" "), "scoobyjava-vw02766 UHDECNO-CVB64222 ZNB04675.us-east-1.us-east-1");
    let expected: BTreeMap<&str, String> = mapping
        .entries
        .iter()
        .filter(|entry| !entry.detail().expect.is_empty())
        .map(|entry| (entry.name.as_str(), entry.detail().expect.join(" ")))
        .collect();
    let wanted = [
        ("DOCKER_USER_NAME", "scoobyjava15"),
        ("ENVIRONMENT", "prod"),
        ("PULUMI_ORG", "scoobyjava-org"),
        ("SNOWFLAKE_ACCOUNT", "ZNB04675"),
        ("SNOWFLAKE_DATABASE", "SOPHIA_AI"),
        ("SNOWFLAKE_USER", "SCOOBYJAVA15"),
        ("SNOWFLAKE_WAREHOUSE", "SOPHIA_AI_WH"),
    ];
    assert_eq!(expected, wanted.into_iter().map(|(name, value)| (name, value.to_owned())).collect());
}

#[test]
fn near_names_are_not_merged_and_ages_are_set() {
    let mapping = sophia();
    for pair in [
        ["SERP_API_KEY", "SERPER_API_KEY"],
        ["GONG_ACCESS_KEY_SECRET", "GONG_CLIENT_SECRET"],
        ["HUBSPOT_ACCESS_TOKEN", "HUBSPOT_API_KEY"],
        ["GH_CLASSIC_PAT_TOKEN", "GH_FINE_GRAINED_TOKEN"],
    ] {
        let paths = pair.map(|name| entry(&mapping, name).esc_place());
        assert!(paths[0] != paths[1], "{pair:?}");
    }
    let ages = |days| mapping.entries.iter().filter(|entry| entry.detail().max_age_days == Some(days)).count();
    assert_eq!([ages(30), ages(60), ages(90)], [3, 3, 19]);
    assert_eq!(entry(&mapping, "LAMBDA_LABS_SSH_PUBLIC_KEY").detail().encoding, Encoding::Base64);
    assert_eq!(mapping.ssh.as_ref().expect("ssh").lambda_key_name.as_deref(), Some("pulumi_lambda_key"));
}

#[test]
fn plain_settings_are_variables_and_everything_is_on_both_sides() {
    let mapping = sophia();
    for entry in &mapping.entries {
        let slot = if entry.kind == Kind::Config { Slot::Variable } else { Slot::Secret };
        assert!(entry.github.len() == 1 && entry.github[0].slot == slot, "{}", entry.name);
        let esc = entry.esc_place().expect("in ESC").to_string();
        assert!(esc.starts_with("esc scoobyjava-org/default/sophia-ai-production "), "{esc}");
    }
    assert!(mapping.entries.iter().filter(|entry| entry.kind == Kind::Config).count() > 40);
}

#[test]
fn the_example_fits_on_a_screen_and_loads() {
    let text = file_text("mappings/example.yaml");
    assert!(text.lines().count() <= 30);
    assert_eq!(good(&declaring_services(&text)).entries.len(), 9);
}

/// The one test that needs the filled catalogue: every service named in a shipped mapping is known.
#[test]
fn services_of_the_shipped_mappings_are_in_the_catalogue() {
    for (name, text) in [
        ("sophia.yaml", file_text("mappings/sophia.yaml")),
        ("example.yaml", file_text("mappings/example.yaml")),
        ("design", SHORT_FORM.to_owned()),
    ] {
        load(name, text.as_bytes(), &Default::default()).unwrap_or_else(|errors| panic!("{}", errors.render(name)));
    }
}
