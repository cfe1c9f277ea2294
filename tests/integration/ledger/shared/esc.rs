//! State in an ESC environment of its own, at the emulator.

use std::{sync::Arc, time::Duration};

use esc_sync::{
    engine::EscState,
    http::{BaseUrl, Client, Options},
    ledger::backend::{Backend, Expected, PutFault, StateFaultKind},
    model::SecretValue,
    sandbox::{Running, Sandbox, SandboxOptions},
    store::{EscStore, esc::EscLogin},
};

use super::{Effort, hold, short_terms};

/// An organization is known to the emulator by any environment in it.
async fn emulator() -> Running {
    let running = Sandbox::start(SandboxOptions::default()).await.expect("a free port");
    define(&running, "other", OTHERS);
    running
}

const OTHERS: &str = "values: { kept: by somebody }\n";

fn define(running: &Running, name: &str, text: &str) {
    let now = running.now();
    let put = running.world(|world| world.esc.put_environment("acme", "ops", name, text, now));
    put.expect("a legal definition");
}

fn store(running: &Running) -> Arc<EscStore> {
    let token = SecretValue::from_bytes(b"pul-canary-token-4f1c9a".to_vec());
    let login = EscLogin::token(&token, "the token").expect("legal");
    let base = BaseUrl::parse(&running.url).expect("loopback");
    Arc::new(EscStore::new(&Client::new(Options::default()), base, login))
}

fn open(running: &Running, environment: &str) -> EscState {
    EscState::new(store(running), environment.parse().expect("an environment"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn esc_keeps_the_rules_of_state() {
    let running = emulator().await;
    let effort = Effort { tasks: 6, increments: 4, duels: 10 };
    hold(|| Arc::new(open(&running, "acme/ops/state").leased_for(short_terms())) as Arc<dyn Backend>, effort).await;
}

#[tokio::test]
async fn an_environment_that_holds_something_else_is_left_alone() {
    let running = emulator().await;
    let state = open(&running, "acme/ops/other");
    let revision = async || {
        let definition = store(&running).definition(&"acme/ops/other".parse().expect("an environment")).await;
        definition.expect("read").revision.expect("numbered")
    };
    let before = revision().await;
    let fault = state.prove_writable().await.expect_err("it is somebody's own");
    assert_eq!(fault.kind, StateFaultKind::Damaged);
    assert_eq!(fault.what, "esc:acme/ops/other holds something that is not state");
    let put = state.put("ledger.json", b"x", Expected::Absent).await;
    assert!(matches!(put, Err(PutFault::Fault(fault)) if fault.kind == StateFaultKind::Damaged));
    assert_eq!(revision().await, before, "nothing was written");
}

/// Reading makes nothing: a check leaves no environment behind.
#[tokio::test]
async fn an_environment_is_made_by_the_first_write_only() {
    let running = emulator().await;
    let state = open(&running, "acme/ops/state");
    assert_eq!(state.get("ledger.json").await, Ok(None));
    assert_eq!(state.read_log("audit").await, Ok(vec![]));
    assert_eq!(state.list("").await, Ok(vec![]));
    state.remove("ledger.json").await.expect("fine if there is none");
    let environment = "acme/ops/state".parse().expect("an environment");
    store(&running).definition(&environment).await.expect_err("nobody wrote");
    state.put("ledger.json", b"${kept}", Expected::Absent).await.expect("made and written");
    assert_eq!(state.get("ledger.json").await.expect("read").expect("there").bytes, b"${kept}");
    let opened = store(&running).read_environment(&environment).await.expect("ESC can evaluate it");
    drop(opened);
}

/// A holder that died leaves its lease; it is free after its term by our clock and the margin.
#[tokio::test]
async fn c1_a_lease_of_a_dead_run_runs_out() {
    let running = emulator().await;
    let open = || open(&running, "acme/ops/state").leased_for(short_terms());
    drop(open().exclude("run-1", Duration::ZERO).await.expect("nobody writes"));
    let fault = open().exclude("run-2", Duration::ZERO).await.expect_err("its term has not ended");
    assert_eq!((fault.kind, fault.what.contains("run-1")), (StateFaultKind::Busy, true));
    open().exclude("run-2", Duration::from_secs(60)).await.expect("it ran out").release().await;
}
