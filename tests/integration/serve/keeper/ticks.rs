//! A thousand ticks of mishaps: at each of them health is what is true.

use std::{collections::BTreeMap, sync::atomic::Ordering, time::Duration};

use esc_sync::{
    daemon::{RunKind, account::Verdict, board::Role, health::health},
    model::Status,
};

use super::{
    SECOND, account,
    script::{Deed, Stage, lock, options},
    truth::Truth,
};

/// Small numbers, the same ones each time.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// What a run may come to, the good ends more often than each of the others.
fn deed(dice: &mut Dice, kind: RunKind) -> Deed {
    let takes = Duration::from_millis(100 * (1 + dice.throw(30)));
    let tells = |status, verdict, exit| Deed::Tells(Box::new(account(kind, status, verdict, exit)), takes);
    match (dice.throw(40), kind) {
        (0, _) => Deed::Faults(takes),
        (1, _) if dice.throw(3) == 0 => Deed::Hangs,
        (2, _) if dice.throw(3) == 0 => Deed::IsDeaf,
        (3 | 4, _) => tells(Status::Unknown, Verdict::Unknown, 3),
        (5, _) => tells(Status::Missing, Verdict::Fail, 1),
        (6, RunKind::Sync) => tells(Status::Missing, Verdict::Fail, 4),
        (7, RunKind::Sync) => tells(Status::Ok, Verdict::Pass, 5),
        (8..12, RunKind::Live) => with_finding(kind, takes),
        (12, _) => {
            let mut nothing = account(kind, Status::Ok, Verdict::Unknown, 3);
            nothing.entries.clear();
            Deed::Tells(Box::new(nothing), takes)
        }
        _ => tells(Status::Ok, Verdict::Pass, 0),
    }
}

/// A service refused the credential.
fn with_finding(kind: RunKind, takes: Duration) -> Deed {
    let mut rejected = account(kind, Status::Rejected, Verdict::Fail, 1);
    let finding = serde_json::json!({
        "rule": "rejected-credential", "severity": "error", "status": "rejected", "counts": true, "live": true,
        "reason": "the service refused it",
    });
    rejected.entries[0].findings.push(serde_json::from_value(finding).expect("a finding"));
    Deed::Tells(Box::new(rejected), takes)
}

/// One mishap beside those of the runs. Returns for how long the ticks stop.
fn mishap(dice: &mut Dice, stage: &Stage, valid: &mut u64) -> Duration {
    let script = &stage.script;
    match dice.throw(60) {
        0 => {
            stage.role.send_replace(Role::Standby { leader: None });
        }
        1..6 => {
            stage.role.send_replace(Role::Leader { since: script.wall() });
        }
        6..8 => *lock(&script.mapping) = Err("it is cut in the middle".into()),
        8..11 => {
            *valid += 1;
            *lock(&script.mapping) = Ok(format!("mapping {valid}"));
        }
        11 => script.state_fails.store(true, Ordering::Relaxed),
        12..14 => script.state_fails.store(false, Ordering::Relaxed),
        14 => {
            script.skew.fetch_add(3_600, Ordering::Relaxed);
        }
        15 => {
            script.skew.fetch_sub(3_600, Ordering::Relaxed);
        }
        16 => return 100 * SECOND,
        _ => {}
    }
    Duration::ZERO
}

async fn ticks(seed: u64, number: usize) -> BTreeMap<&'static str, usize> {
    let mut dice = Dice(seed);
    let mut runs = Dice(seed ^ 0x5eed);
    let stage = Stage::set(options("10s", "60s", "30s"), move |kind, _| deed(&mut runs, kind));
    let (mut truth, mut seen, mut valid) = (Truth::default(), BTreeMap::new(), 0);
    for tick in 0..number {
        let pause = mishap(&mut dice, &stage, &mut valid);
        // Never at the moment at which a run ends: those are whole tenths.
        stage.pass(pause + SECOND * 10 + Duration::from_millis(37)).await;
        truth.learn(&stage.went());
        let now = stage.script.wall();
        let found = health(&stage.board.read(), now);
        let expected = truth.verdict(now);
        assert_eq!(found.verdict.as_str(), expected, "tick {tick} of seed {seed}: {found:?}");
        assert_eq!(found.reasons.is_empty(), expected == "healthy");
        *seen.entry(expected).or_default() += 1;
    }
    assert_eq!(stage.script.overlaps.load(Ordering::Relaxed), 0);
    let went = stage.went();
    assert!(went.iter().all(|went| went.order.mapping.starts_with("mapping ")), "only what was valid was in force");
    let runs: BTreeMap<_, usize> = went.iter().fold(BTreeMap::new(), |mut runs, went| {
        *runs.entry(went.order.kind).or_default() += 1;
        runs
    });
    assert!(runs[&RunKind::Check] <= number * 2 && runs.values().sum::<usize>() > number / 2, "{runs:?}");
    seen
}

#[tokio::test(start_paused = true)]
async fn c12_health_is_what_is_true_at_each_of_a_thousand_ticks_with_mishaps() {
    let seen = ticks(1, 1_000).await;
    assert!(seen.len() == 3 && seen.values().all(|number| *number > 100), "each verdict is seen often: {seen:?}");
}

#[tokio::test(start_paused = true)]
async fn c12_and_from_other_beginnings() {
    for seed in 2..12 {
        ticks(seed, 100).await;
    }
}
