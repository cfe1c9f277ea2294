//! A service that the deployment needs answers, and not as it should.

use super::{
    Finding,
    rule::{Check, Rule},
    world::{Findings, World},
};
use crate::model::{EndpointResult, ProbeVerdict, Severity};

pub(super) const RULE: Rule = Rule {
    tiered: false,
    silenceable: false,
    live: true,
    ..Rule::new("unhealthy-endpoint", Severity::Error, Check::World(check), "an endpoint is not healthy")
};

fn check(world: &World, findings: &mut Findings) {
    findings.of_world.extend(world.snapshot.live.endpoints.iter().filter_map(finding));
}

pub(super) fn finding(endpoint: &EndpointResult) -> Option<Finding> {
    matches!(endpoint.verdict, ProbeVerdict::Rejected | ProbeVerdict::Limited).then(|| Finding {
        rule: RULE.id,
        severity: if endpoint.blocking { RULE.severity } else { Severity::Warning },
        status: None,
        place: None,
        reason: format!("the endpoint {} at {} is not healthy: {}", endpoint.name, endpoint.host, endpoint.what),
        remedy: match endpoint.help.is_empty() {
            true => "see to the service, or correct what `endpoints` of the mapping expects".to_owned(),
            false => endpoint.help.clone(),
        },
    })
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::Case,
        model::{ProbeVerdict, Severity},
    };

    #[test]
    fn an_unhealthy_endpoint_is_an_error_only_if_a_deployment_waits_for_it() {
        for (blocking, severity) in [(true, Severity::Error), (false, Severity::Warning)] {
            let judged = Case::new().endpoint("frontend", blocking, ProbeVerdict::Rejected).judge();
            let [finding] = judged.findings.as_slice() else { panic!("one finding, not {:?}", judged.findings) };
            assert_eq!((finding.rule, finding.severity), ("unhealthy-endpoint", severity));
        }
        assert!(Case::new().endpoint("frontend", true, ProbeVerdict::Live).judge().findings.is_empty());
    }
}
