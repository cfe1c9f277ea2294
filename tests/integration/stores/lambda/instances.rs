//! Which machines there are, in every state.

use esc_sync::{
    model::Cause,
    sandbox::lambda::Machine,
    store::lambda::{Instance, InstanceStatus},
};

use super::{store, wire::Wire};

fn machine(name: &str, status: &str, ip: Option<&str>) -> Machine {
    Machine {
        name: Some(name.into()),
        status: Some(status.into()),
        ip: ip.map(Into::into),
        ssh_key_names: vec!["deploy".into()],
        ..Machine::default()
    }
}

#[tokio::test(start_paused = true)]
async fn instances_are_told_in_every_state() {
    let wire = Wire::new();
    let states = [
        ("active", Some("192.0.2.1"), InstanceStatus::Active, false),
        ("active", Some("2001:db8::1"), InstanceStatus::Active, false),
        ("booting", None, InstanceStatus::Booting, false),
        ("unhealthy", Some("192.0.2.3"), InstanceStatus::Unhealthy, false),
        ("preempted", None, InstanceStatus::Preempted, true),
        ("terminating", None, InstanceStatus::Terminating, true),
        ("terminated", None, InstanceStatus::Terminated, true),
        ("dreaming", None, InstanceStatus::Other("dreaming".into()), false),
    ];
    wire.lambda(|lambda| {
        for (status, ip, ..) in &states {
            lambda.put_instance(None, machine("m", status, *ip));
        }
    });
    let told = store(&wire).instances().await.expect("listed");
    assert_eq!(told.len(), states.len());
    for (instance, (status, ip, meant, gone)) in told.iter().zip(states) {
        assert_eq!((&instance.status, instance.status.is_gone()), (&meant, gone));
        assert_eq!(instance.status.to_string(), status);
        assert_eq!(instance.ip.map(|ip| ip.to_string()).as_deref(), ip);
        assert_eq!((&*instance.region, &*instance.ssh_key_names), ("us-west-1", &["deploy".to_owned()][..]));
    }
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_was_replaced_has_another_id() {
    let wire = Wire::new();
    let old = wire.lambda(|lambda| lambda.put_instance(None, machine("web", "active", Some("192.0.2.1"))));
    let store = store(&wire);
    let before = store.instances().await.expect("listed");
    wire.lambda(|lambda| {
        lambda.remove_instance(&old);
        lambda.put_instance(None, machine("web", "active", Some("192.0.2.1")));
    });
    let after = store.instances().await.expect("listed");
    let place = |instance: &Instance| (instance.name.clone(), instance.ip);
    assert_eq!(place(&before[0]), place(&after[0]));
    assert_ne!(before[0].id, after[0].id);
}

/// An address goes into a command line.
#[tokio::test(start_paused = true)]
async fn x6_an_address_that_is_none_is_refused() {
    for ip in ["-oProxyCommand=canary", "host.example", "192.0.2.1 x", "$(canary)"] {
        let wire = Wire::new();
        wire.lambda(|lambda| lambda.put_instance(None, machine("m", "active", Some(ip))));
        let unread = store(&wire).instances().await.expect_err(ip);
        assert!(unread.cause == Cause::BadAnswer && !format!("{unread:?}").contains("canary"), "{unread:?}");
    }
}
