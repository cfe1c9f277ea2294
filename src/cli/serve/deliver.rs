//! STUB until the branch `h-alert` is merged: alerts, delivered to nobody.

use super::super::Failure;
use crate::daemon::{Account, Order};

pub(crate) async fn run(order: &Order, _: &(dyn Fn(&str) -> Option<String> + Sync)) -> Account {
    let told = serde_json::json!({
        "kind": order.kind, "run": order.run, "began": 0, "ended": 0, "duration_ms": 0, "exit": 0, "verdict": "pass",
    });
    serde_json::from_value(told).expect("an account with all that an account must have")
}

pub(crate) fn targets(_: &dyn Fn(&str) -> Option<String>) -> Result<usize, Failure> {
    Ok(0)
}
