//! The cases in which other tools are wrong, and those that must not cost anything.

use super::{
    super::{Failure, Heard, Probe, Step},
    NOW, ProbeReason, ProbeVerdict, World, answer, app_key, asked, found, said, service_account, verdict, world_of,
};

/// The verdict of a row on these answers.
fn told(id: &str, values: &[(&str, &str)], heard: &[Heard]) -> (ProbeVerdict, ProbeReason) {
    let world = world_of(Probe::by_id(id).expect(id), values);
    let check = world.check(world.mapping.entries[0].name.as_str());
    verdict(&found(&check, heard))
}

const LIVE: (ProbeVerdict, ProbeReason) = (ProbeVerdict::Live, ProbeReason::Accepted);
const LIMITED: (ProbeVerdict, ProbeReason) = (ProbeVerdict::Limited, ProbeReason::Scope);
const REJECTED: (ProbeVerdict, ProbeReason) = (ProbeVerdict::Rejected, ProbeReason::RejectedByService);

fn unknown(reason: ProbeReason) -> (ProbeVerdict, ProbeReason) {
    (ProbeVerdict::Unknown, reason)
}

#[test]
fn openai_401_with_missing_scopes_is_a_live_key_with_too_few_rights() {
    let missing = r#"{"error":{"message":"insufficient permissions. Missing scopes: model.read"}}"#;
    assert_eq!(told("openai", &[], &[said(401, missing)]), LIMITED);
    assert_eq!(told("openai", &[], &[said(401, r#"{"error":{"code":"invalid_api_key"}}"#)]), REJECTED);
    let country = r#"{"error":{"code":"unsupported_country_region_territory"}}"#;
    assert_eq!(told("openai", &[], &[said(403, country)]), unknown(ProbeReason::Forbidden));
}

#[test]
fn hubspot_403_proves_nothing() {
    let values = [("value", "pat-na1-0000")];
    assert_eq!(told("hubspot", &values, &[said(403, r#"{"status":"error"}"#)]), unknown(ProbeReason::Forbidden));
}

#[test]
fn docker_hub_401_with_a_second_factor_is_a_live_password() {
    let second = (ProbeVerdict::Live, ProbeReason::MissingSecondFactor);
    assert_eq!(told("docker-hub", &[], &[said(401, r#"{"login_2fa_token":"t"}"#)]), second);
    assert_eq!(told("docker-hub", &[], &[said(401, r#"{"login_2fa_token":""}"#)]), REJECTED);
    assert_eq!(told("docker-hub", &[], &[said(401, "{}")]), REJECTED);
}

const SNOWFLAKE: [(&str, &str); 2] = [("account", "acme-prod"), ("user", "DEPLOY")];

#[test]
fn v12_snowflake_tells_a_wrong_account_from_a_wrong_password_with_one_login() {
    let login = |body: &str| told("snowflake", &SNOWFLAKE, &[said(200, "{}"), said(200, body)]);
    for wrong in [answer(404, &[], "<html>Not found</html>"), answer(403, &[], "")] {
        assert_eq!(told("snowflake", &SNOWFLAKE, &[wrong]), unknown(ProbeReason::WrongAccount));
    }
    assert_eq!(
        told("snowflake", &SNOWFLAKE, &[said(302, ""), answer(403, &[], " ")]),
        unknown(ProbeReason::WrongAccount)
    );
    assert_eq!(login(r#"{"success":true,"data":{"token":"t"}}"#), LIVE);
    assert_eq!(login(r#"{"success":false,"code":"390100"}"#), REJECTED);
    assert_eq!(login(r#"{"success":false,"code":390102,"message":"locked"}"#), unknown(ProbeReason::Forbidden));
    let policy = r#"{"success":false,"code":"390422","message":"IP 192.0.2.1 is not allowed to access Snowflake."}"#;
    assert_eq!(login(policy), unknown(ProbeReason::Forbidden));
    let factor = r#"{"success":false,"code":"390197","message":"Multi-factor authentication is required"}"#;
    assert_eq!(login(factor), (ProbeVerdict::Limited, ProbeReason::MissingSecondFactor));
    assert_eq!(login(r#"{"success":false,"code":"399999"}"#), unknown(ProbeReason::BadAnswer));
}

#[test]
fn snowflake_is_never_asked_to_log_in_twice() {
    let world = world_of(Probe::by_id("snowflake").expect("a row"), &SNOWFLAKE);
    let check = world.check("X_PASSWORD");
    let host = asked(&check, &[]);
    assert_eq!((host.method(), host.url()), ("GET", "https://acme-prod.snowflakecomputing.com/"));
    assert!(host.sent_body().is_none() && host.headers().all(|(_, value)| !value.contains("value-7Jq2")));
    let login = asked(&check, &[said(302, "")]);
    assert!(login.method() == "POST" && !login.is_repeatable());
    for heard in [said(500, ""), said(200, "{}"), said(404, ""), Heard::Failed(Failure::Timeout)] {
        assert!(matches!(check.step(&[said(302, ""), heard], NOW), Step::Done(_)));
    }
}

#[test]
fn a_snowflake_token_is_not_sent_since_its_call_costs() {
    let world = world_of(Probe::by_id("snowflake-token").expect("a row"), &SNOWFLAKE[..1]);
    let check = world.check("X_PAT");
    let ask = asked(&check, &[]);
    assert!(ask.headers().all(|(_, value)| !value.contains("value-7Jq2")));
    assert_eq!(verdict(&found(&check, &[said(200, "{}")])), unknown(ProbeReason::OfflineOnly));
    assert_eq!(verdict(&found(&check, &[said(404, "")])), unknown(ProbeReason::WrongAccount));
}

#[test]
fn github_403_is_a_rate_limit_or_too_few_rights_and_never_a_dead_token() {
    for id in ["github", "github-installation"] {
        let text = said(403, r#"{"message":"API rate limit exceeded for user ID 1."}"#);
        assert_eq!(told(id, &[], &[text]), unknown(ProbeReason::RateLimited));
        let spent = answer(403, &[("x-ratelimit-remaining", "0")], r#"{"message":"Forbidden"}"#);
        assert_eq!(told(id, &[], &[spent]), unknown(ProbeReason::RateLimited));
        let secondary = said(403, r#"{"message":"You have exceeded a secondary rate limit."}"#);
        assert_eq!(told(id, &[], &[secondary]), unknown(ProbeReason::RateLimited));
        let sso = answer(403, &[("x-ratelimit-remaining", "4999")], r#"{"message":"SAML enforcement"}"#);
        assert_eq!(told(id, &[], &[sso]), LIMITED);
    }
}

#[test]
fn slack_says_200_to_everything_and_means_its_body() {
    assert_eq!(told("slack", &[], &[said(200, r#"{"ok":false,"error":"account_inactive"}"#)]), REJECTED);
    let limited = said(200, r#"{"ok":false,"error":"ratelimited"}"#);
    assert_eq!(told("slack", &[], &[limited]), unknown(ProbeReason::RateLimited));
    let other = said(200, r#"{"ok":false,"error":"fatal_error"}"#);
    assert_eq!(told("slack", &[], &[other]), unknown(ProbeReason::BadAnswer));
    assert_eq!(told("slack", &[], &[said(200, r#"{"ok":true}"#)]), unknown(ProbeReason::BadAnswer));
}

#[test]
fn refusals_that_only_a_good_key_gets_are_live() {
    assert_eq!(told("neon", &[], &[said(400, r#"{"message":"org_id is required"}"#)]), LIVE);
    assert_eq!(told("neon", &[], &[said(400, r#"{"message":"bad request"}"#)]), unknown(ProbeReason::BadAnswer));
    assert_eq!(told("fly", &[], &[said(400, r#"{"error":"missing org_slug"}"#)]), LIVE);
    assert_eq!(told("fly", &[], &[said(400, "{}")]), unknown(ProbeReason::BadAnswer));
    let spent = said(403, r#"[{"errorCode":"REQUEST_LIMIT_EXCEEDED"}]"#);
    let salesforce = [("base", "https://acme.my.salesforce.com")];
    assert_eq!(told("salesforce", &salesforce, &[spent]), (ProbeVerdict::Live, ProbeReason::Exhausted));
}

#[test]
fn pinecone_and_notion_403_are_live_keys_with_too_few_rights() {
    assert_eq!(told("pinecone", &[], &[said(403, r#"{"error":{"code":"FORBIDDEN"}}"#)]), LIMITED);
    assert_eq!(told("notion", &[], &[said(403, r#"{"object":"error","code":"restricted_resource"}"#)]), LIMITED);
    assert_eq!(told("pinecone", &[], &[said(403, "")]), unknown(ProbeReason::BadAnswer));
}

#[test]
fn gemini_400_is_a_dead_key_and_403_a_restricted_one() {
    assert_eq!(told("gemini", &[], &[said(400, r#"{"error":{"reason":"API_KEY_INVALID"}}"#)]), REJECTED);
    assert_eq!(told("gemini", &[], &[said(403, r#"{"error":{"reason":"API_KEY_IP_ADDRESS_BLOCKED"}}"#)]), LIMITED);
    assert_eq!(told("gemini", &[], &[said(400, r#"{"error":{}}"#)]), unknown(ProbeReason::BadAnswer));
}

#[test]
fn cloudflare_asks_the_user_form_and_then_the_accounts() {
    let refused = || said(401, r#"{"success":false,"errors":[{"code":1000}]}"#);
    assert_eq!(told("cloudflare", &[], &[refused()]), unknown(ProbeReason::Incomplete));
    let values = [("account", "0a1b")];
    let world = world_of(Probe::by_id("cloudflare").expect("a row"), &values);
    let ask = asked(&world.check("X_API_TOKEN"), &[refused()]).url().to_owned();
    assert_eq!(ask, "https://api.cloudflare.com/client/v4/accounts/0a1b/tokens/verify");
    let active = r#"{"success":true,"result":{"status":"active"}}"#;
    assert_eq!(told("cloudflare", &values, &[refused(), said(200, active)]), LIVE);
    assert_eq!(told("cloudflare", &values, &[refused(), refused()]), REJECTED);
}

#[test]
fn weaviate_with_anonymous_access_proves_no_key() {
    let values = [("base", "https://c.weaviate.example")];
    let old = || said(404, "{}");
    let open = || said(200, r#"{"version":"1.20"}"#);
    let closed = || said(401, "{}");
    assert_eq!(told("weaviate", &values, &[old(), open()]), unknown(ProbeReason::BadAnswer));
    assert_eq!(told("weaviate", &values, &[old(), closed(), open()]), LIVE);
    assert_eq!(told("weaviate", &values, &[old(), closed(), closed()]), REJECTED);
    assert_eq!(told("weaviate", &values, &[old(), old()]), unknown(ProbeReason::WrongAccount));
    let world = world_of(Probe::by_id("weaviate").expect("a row"), &values);
    let second = asked(&world.check("X_API_KEY"), &[old()]);
    assert!(second.headers().all(|(name, _)| name != "authorization"), "the open call carries no key");
}

#[test]
fn a_datadog_key_of_an_unnamed_site_is_not_called_dead() {
    let refused = || said(403, r#"{"errors":["Forbidden"]}"#);
    assert_eq!(told("datadog", &[], &[refused()]), unknown(ProbeReason::WrongAccount));
    assert_eq!(told("datadog", &[("site", "datadoghq.eu")], &[refused()]), REJECTED);
    assert_eq!(told("datadog-app", &[], &[refused()]), unknown(ProbeReason::Incomplete));
}

#[test]
fn lambda_403_is_a_dead_key_only_if_the_service_itself_says_so() {
    assert_eq!(told("lambda", &[], &[said(403, r#"{"error":{"code":"global/invalid-api-key"}}"#)]), REJECTED);
    assert_eq!(told("lambda", &[], &[said(403, "error code: 1010")]), unknown(ProbeReason::Forbidden));
}

#[test]
fn apollo_means_its_body() {
    assert_eq!(told("apollo", &[], &[said(200, r#"{"is_logged_in":false}"#)]), REJECTED);
    assert_eq!(told("apollo", &[], &[said(200, r#"{"healthy":true}"#)]), unknown(ProbeReason::BadAnswer));
}

#[test]
fn aws_403_under_a_wrong_clock_is_no_dead_key() {
    let refused = "<Error><Code>SignatureDoesNotMatch</Code></Error>";
    let at = |date: &str| answer(403, &[("date", date)], refused);
    assert_eq!(told("aws", &[], &[at("Sat, 21 Nov 2026 19:04:00 GMT")]), REJECTED);
    assert_eq!(told("aws", &[], &[at("Sat, 21 Nov 2026 19:06:00 GMT")]), unknown(ProbeReason::BadAnswer));
    assert_eq!(told("aws", &[], &[at("Sat, 21 Nov 2026 18:50:00 GMT")]), unknown(ProbeReason::BadAnswer));
    let expired = answer(403, &[], "<Error><Code>ExpiredToken</Code></Error>");
    assert_eq!(told("aws", &[], &[expired]), (ProbeVerdict::Rejected, ProbeReason::Expired));
}

/// Counted again by another program: the signature of this request with this key at this time.
#[test]
fn aws_requests_are_signed_and_the_secret_stays_here() {
    let values = [("value", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), ("id", "AKIDEXAMPLE"), ("session", "tok")];
    let world = world_of(Probe::by_id("aws").expect("a row"), &values);
    let ask = asked(&world.check("X_SECRET_ACCESS_KEY"), &[]);
    let header = |wanted: &str| ask.headers().find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned());
    assert_eq!(header("x-amz-date").as_deref(), Some("20261121T190000Z"));
    assert_eq!(header("x-amz-security-token").as_deref(), Some("tok"));
    let authorization = header("authorization").expect("signed");
    let start = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/us-east-1/sts/aws4_request, \
                 SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=";
    assert_eq!(authorization, format!("{start}066281feb98470c04f133bfc0db68cda257126ba58865700c4e05dae41a2dc7c"));
    assert!(ask.headers().all(|(_, value)| !value.contains(values[0].1)) && ask.is_repeatable());
}

#[test]
fn a_service_account_is_looked_up_and_not_exchanged() {
    let world = World::of(&[("GCP_SA_KEY", "service: google-cloud", &service_account())]);
    let ask = asked(&world.check("GCP_SA_KEY"), &[]);
    let url = "https://www.googleapis.com/robot/v1/metadata/x509/ci%40acme.iam.gserviceaccount.com";
    assert_eq!((ask.method(), ask.url()), ("GET", url));
    assert!(ask.headers().all(|(_, value)| !value.contains("PRIVATE")));
    for broken in ["{}", "not JSON", r#"{"client_email":"a","private_key_id":"k","private_key":"no key"}"#] {
        let world = World::of(&[("GCP_SA_KEY", "service: google-cloud", broken)]);
        let found = found(&world.check("GCP_SA_KEY"), &[]);
        assert_eq!(verdict(&found), (ProbeVerdict::Rejected, ProbeReason::Malformed), "{broken}");
    }
}

#[test]
fn a_github_app_signs_for_itself_and_its_key_stays_here() {
    let key = app_key();
    let world = World::of(&[("GH_PRIVATE_KEY", "service: github", &key), ("GH_APP_ID", "service: github", "7")]);
    let check = world.check("GH_PRIVATE_KEY");
    let ask = asked(&check, &[]);
    assert_eq!(ask.url(), "https://api.github.com/app");
    let bearer = ask.headers().find(|(name, _)| *name == "authorization").map(|(_, value)| value.to_owned());
    assert!(bearer.is_some_and(|text| text.starts_with("Bearer eyJ") && text.split('.').count() == 3));
    let late = answer(401, &[("date", "Sat, 21 Nov 2026 20:00:00 GMT")], "{}");
    assert_eq!(verdict(&found(&check, &[late])), unknown(ProbeReason::BadAnswer));
}

#[test]
fn a_sentry_token_goes_to_its_own_region_and_nowhere_else() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let url = |region: &str| {
        let middle = STANDARD.encode(format!(r#"{{"iat":1,"url":"https://sentry.io","region_url":"{region}"}}"#));
        let token = format!("sntrys_{middle}_tail");
        let world = World::of(&[("SENTRY_AUTH_TOKEN", "service: sentry", &token)]);
        let check = world.check("SENTRY_AUTH_TOKEN");
        match check.step(&[], NOW) {
            Step::Ask(super::Ask::Http(ask)) => ask.url().to_owned(),
            Step::Done(found) => found.what,
            Step::Ask(other) => panic!("{other:?}"),
        }
    };
    assert_eq!(url("https://de.sentry.io"), "https://de.sentry.io/api/0/auth/validate/");
    assert!(url("https://evil.example").contains("nothing was sent"));
    let world = World::of(&[("SENTRY_AUTH_TOKEN", "service: sentry", "sntryu_00")]);
    assert_eq!(asked(&world.check("SENTRY_AUTH_TOKEN"), &[]).host(), "sentry.io");
    assert_eq!(told("sentry", &[], &[said(403, r#"{"detail":"You do not have permission"}"#)]), LIMITED);
    assert_eq!(told("grafana-cloud", &[], &[said(401, r#"{"message":"invalid permission"}"#)]), LIMITED);
}

#[test]
fn a_failure_on_the_way_says_nothing_of_the_credential() {
    for (failure, reason) in [
        (Failure::BlockedAddress, ProbeReason::BlockedAddress),
        (Failure::BadAnswer, ProbeReason::BadAnswer),
        (Failure::Connect, ProbeReason::Network),
        (Failure::NameUnknown, ProbeReason::NameUnknown),
        (Failure::Timeout, ProbeReason::Timeout),
        (Failure::Tls, ProbeReason::Tls),
    ] {
        assert_eq!(told("groq", &[], &[Heard::Failed(failure)]), unknown(reason));
    }
}
