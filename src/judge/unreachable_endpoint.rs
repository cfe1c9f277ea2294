//! A service that the deployment needs could not be asked how it is.

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
    ..Rule::new("unreachable-endpoint", Severity::Error, Check::World(check), "an endpoint could not be asked")
};

fn check(world: &World, findings: &mut Findings) {
    findings.of_world.extend(world.snapshot.live.endpoints.iter().filter_map(finding));
}

pub(super) fn finding(endpoint: &EndpointResult) -> Option<Finding> {
    (endpoint.verdict == ProbeVerdict::Unknown).then(|| Finding {
        rule: RULE.id,
        severity: if endpoint.blocking { RULE.severity } else { Severity::Warning },
        status: None,
        place: None,
        reason: format!("the endpoint {} at {} could not be asked: {}", endpoint.name, endpoint.host, endpoint.what),
        remedy: match endpoint.help.is_empty() {
            true => "check that it can be reached from here, and its address in the mapping".to_owned(),
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
    fn an_endpoint_that_could_not_be_asked_is_not_called_unhealthy() {
        for (blocking, severity) in [(true, Severity::Error), (false, Severity::Warning)] {
            let judged = Case::new().endpoint("frontend", blocking, ProbeVerdict::Unknown).judge();
            let [finding] = judged.findings.as_slice() else { panic!("one finding, not {:?}", judged.findings) };
            assert_eq!((finding.rule, finding.severity), ("unreachable-endpoint", severity));
        }
    }
}
