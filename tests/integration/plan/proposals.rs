//! What a person could approve: of what policy leaves, of what is held back, and of what we wrote and nobody speaks of.

use esc_sync::{
    judge::{JudgeOptions, judge},
    mapping::Mapping,
    model::{Evidence, Stamp},
    plan::{Header, Kept, Plan, PlanOptions, Policy, Proposal, WriteKind, plan, propose, to_json},
};

use super::world::{World, mapping, secret, variable};

const ONE: &str = "7f3c9a1e5b2d8046";
const TWO: &str = "0b6d2e8f4a1c9357";
const THREE: &str = "c4d8a0f61e7b3925";

fn usual() -> Policy {
    [WriteKind::Create, WriteKind::Restrict, WriteKind::Pull].into_iter().collect()
}

fn proposed_under(world: &World, mapping: &Mapping, policy: &Policy) -> Proposal {
    let snapshot = world.snapshot(mapping);
    let judged = judge(mapping, &snapshot, JudgeOptions { now: Stamp(0), require_evidence: Evidence::Presence });
    propose(mapping, &snapshot, &judged, &PlanOptions::default(), policy).expect("a proposal")
}

/// Each action of the proposal, and why it waits.
fn proposed(world: &World, mapping: &Mapping) -> Vec<String> {
    told(&proposed_under(world, mapping, &usual()))
}

fn told(proposal: &Proposal) -> Vec<String> {
    let actions = proposal.plan.actions.iter().zip(&proposal.waiting);
    actions.map(|(action, why)| format!("{} {}: {why}", action.write.verb(), action.name)).collect()
}

/// The plan that whoever approves makes anew.
fn anew(world: &World, mapping: &Mapping, options: &PlanOptions) -> Plan {
    world.plan_with(mapping, options).expect("a plan")
}

/// ESC's value moved since both sides agreed.
fn moved(world: World, name: &str) -> World {
    world.on_github(secret(name), ONE, 100).agreed(secret(name), ONE, 100)
}

/// One entry of each kind: to create, to overwrite, drifted, in conflict, not known; and one that no entry speaks of.
fn every_kind() -> (World, Mapping) {
    let mapping = mapping("  A: s.a\n  B: s.b\n  C: s.c\n  D: { esc: s.d, kind: config }\n  E: s.e\n");
    let world = World::default().esc("s.a", ONE).esc("s.b", TWO).esc("s.c", ONE).esc("s.d", ONE).esc("s.e", ONE);
    let world = moved(world, "B");
    let world = world.on_github(secret("C"), THREE, 200).agreed(secret("C"), ONE, 100);
    let world = world.on_github(variable("D"), TWO, 100).on_github(secret("E"), TWO, 100);
    (world.on_github(secret("Z"), ONE, 100).agreed(secret("Z"), ONE, 100), mapping)
}

#[test]
fn what_a_person_could_approve_is_told_with_its_reason() {
    let (world, mapping) = every_kind();
    let all = ["update B: policy: overwrite", "update C: drifted", "update D: conflict", "delete Z: prune"];
    // What nobody can compare is not proposed, and what may be created is done without a person.
    assert_eq!(proposed(&world, &mapping), all);
    let everything = proposed_under(&world, &mapping, &Policy::default());
    assert_eq!(told(&everything)[0], "create A: policy: create");
    assert_eq!(told(&everything)[1..], all);
}

#[test]
fn a_proposal_is_made_again_by_its_options_alone() {
    let (mut world, mapping) = every_kind();
    let proposal = proposed_under(&world, &mapping, &usual());
    let header = Header { mapping: "m".into(), run: "r".into(), options: proposal.options.clone() };
    let kept = Kept::parse(to_json(&proposal.plan, &header).as_bytes()).expect("kept");
    assert_eq!(kept.refusal(&anew(&world, &mapping, &kept.header.options)), None);
    // What is done by itself meanwhile, and what comes up in other entries, does not make it stale.
    let create = anew(&world, &mapping, &PlanOptions::default()).split(&usual()).0;
    assert_eq!(create.actions.len(), 1);
    world.apply(&mapping, &create);
    assert_eq!(kept.refusal(&anew(&world, &mapping, &kept.header.options)), None);
    assert!(kept.is_of(&proposed_under(&world, &mapping, &usual()).plan, &header));
    // What it rests on does.
    let later = world.clone().on_github(secret("C"), TWO, 300);
    assert!(kept.refusal(&anew(&later, &mapping, &kept.header.options)).is_some());
    assert!(!kept.is_of(&proposed_under(&later, &mapping, &usual()).plan, &header));
    // Once it is applied nothing waits.
    let plan = anew(&world, &mapping, &kept.header.options);
    world.apply(&mapping, &plan);
    assert_eq!(proposed(&world, &mapping), Vec::<String>::new());
}

#[test]
fn what_must_not_travel_or_would_take_more_with_it_is_not_proposed() {
    let drifted = |world: World| world.on_github(secret("A"), THREE, 200).agreed(secret("A"), ONE, 100);
    let none = Vec::<String>::new();
    let entry = mapping("  A: s.a\n");
    assert_eq!(proposed(&drifted(World::default().esc("s.a", ONE)), &entry), ["update A: drifted"]);
    // A placeholder in ESC, nothing in ESC, ESC not read, GitHub not listed.
    for world in [World::default().esc("s.a", "changeme"), World::default()] {
        assert_eq!(proposed(&drifted(world), &entry), none);
    }
    let world = drifted(World::default().esc("s.a", ONE));
    assert_eq!(proposed(&World { esc_fails: true, ..world.clone() }, &entry), none);
    assert_eq!(proposed(&World { github_fails: true, ..world.clone() }, &entry), none);
    // Its other place is one that nobody can compare, and would be written as well.
    let two = mapping("  A: { esc: s.a, github: [ { organization: acme }, { repository: acme/app } ] }\n");
    let other = two.entries[0].github[1].clone();
    assert_eq!(proposed(&world.clone().on_github(other, TWO, 100), &two), none);
    // The value is to come from GitHub: ESC's own change is not what is right there.
    let pulls = mapping("  A: { esc: s.a, direction: github-to-esc }\n");
    let changed = World::default().esc("s.a", TWO).on_github(secret("A"), ONE, 100).agreed(secret("A"), ONE, 100);
    assert_eq!(proposed(&changed, &pulls), none);
}

#[test]
fn i10_only_what_we_wrote_and_nobody_touched_is_proposed_for_deletion() {
    let entry = mapping("  A: s.a\n");
    let ours = World::default().esc("s.a", ONE).on_github(secret("Z"), ONE, 100).agreed(secret("Z"), ONE, 100);
    assert_eq!(proposed(&ours, &entry), ["delete Z: prune"]);
    let none = Vec::<String>::new();
    assert_eq!(proposed(&ours.clone().on_github(secret("Z"), TWO, 200), &entry), none, "touched");
    assert_eq!(proposed(&World { github_fails: true, ..ours.clone() }, &entry), none, "not listed");
    let stranger = World::default().esc("s.a", ONE).on_github(secret("Z"), ONE, 100);
    assert_eq!(proposed(&stranger, &entry), none, "of somebody else");
    assert_eq!(proposed(&ours, &mapping("  A: { esc: s.a, aliases: [Z] }\n")), none, "still spoken of");
    let judged = |world: &World| {
        let snapshot = world.snapshot(&entry);
        let judged = judge(&entry, &snapshot, JudgeOptions { now: Stamp(0), require_evidence: Evidence::Presence });
        let options = PlanOptions { selected: Some(vec![true]), ..PlanOptions::default() };
        assert!(plan(&entry, &snapshot, &judged, &options).is_ok());
        propose(&entry, &snapshot, &judged, &options, &usual()).expect("a proposal")
    };
    assert_eq!(told(&judged(&ours)), none, "a selection of entries is not about names of none");
}
