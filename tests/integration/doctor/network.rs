//! The way to the stores: names, refusals, proxies, clocks.

use super::{assert_failed, doctor, outcome, stages, world};

#[test]
fn e1_a_name_without_an_address_a_refusal_and_a_dead_proxy_are_three_failures() {
    let world = world("doctor-network");
    let with = |pairs: &[(&str, &str)]| {
        let program = world.program(["doctor", "sync", "--format", "json", "--timeout", "20s"]);
        pairs.iter().fold(program, |program, (name, value)| program.env(name, value)).run()
    };
    let ran = with(&[("GITHUB_API_URL", "https://no-such-host.invalid")]);
    assert_failed(&ran, "github-network", "has no address", "DNS");
    for skipped in ["github-tls", "github-clock", "github-login", "github-budget", "github-list", "github-write"] {
        assert_eq!(outcome(&ran, skipped), "skipped", "{skipped}");
    }
    assert_eq!(outcome(&ran, "esc-open"), "ok", "ESC is looked at all the same");
    let ran = with(&[("PULUMI_BACKEND_URL", "http://127.0.0.1:1")]);
    assert_failed(&ran, "esc-network", "it was refused", "can be reached from here");
    let ran =
        with(&[("PULUMI_BACKEND_URL", "https://esc.example.test"), ("HTTPS_PROXY", "http://joe:canary@127.0.0.1:1")]);
    assert_failed(&ran, "esc-network", "through the proxy http://127.0.0.1:1", "proxy settings");
    assert!(!ran.everything().contains("canary@"), "{}", ran.everything());
}

#[test]
fn a_bad_address_is_blamed_on_what_gave_it() {
    let world = world("doctor-address");
    for (option, variable) in [
        ("--pulumi-backend-url", "PULUMI_BACKEND_URL"),
        ("--github-api-url", "GITHUB_API_URL"),
        ("--lambda-api-url", "LAMBDA_API_URL"),
    ] {
        let bad = "http://example.com";
        let ran = world.program(["doctor", option, bad]).run();
        let blamed = format!("the address in {option} cannot be used");
        assert!(ran.code == 2 && ran.stderr.contains(&blamed), "{}", ran.everything());
        let ran = world.program(["doctor"]).env(variable, bad).run();
        let blamed = format!("the address in {variable} cannot be used");
        assert!(ran.code == 2 && ran.stderr.contains(&blamed), "{}", ran.everything());
    }
}

#[test]
fn a_clock_that_is_off_is_a_warning_and_then_a_failure() {
    let world = world("doctor-clock");
    world.running.advance(120);
    let ran = doctor(&world, &[]);
    assert_eq!((ran.code, outcome(&ran, "github-clock").as_str()), (0, "warning"), "{}", ran.everything());
    let help = stages(&ran, "esc-clock")[0]["help"].clone();
    assert!(help.as_str().is_some_and(|help| help.contains("set this machine's clock")), "{help}");
    world.running.advance(400);
    let ran = doctor(&world, &[]);
    assert_failed(&ran, "esc-clock", "behind the server's", "set this machine's clock");
    assert_eq!(outcome(&ran, "github-list"), "ok", "what still works is shown to work");
}
