//! The machines' key in a step summary: what is in force, what is pending, which machines are in the way.

use std::{fmt::Write as _, io};

use super::{
    super::{
        SshReport,
        escape::{
            clipped,
            markdown::{block, code, prose},
        },
        ssh::{RegistryReport, SshMachineReport, StepReport},
    },
    LONG, Page, SHORT,
};
use crate::model::Severity;

pub(super) fn write(ssh: &SshReport, page: &mut Page<'_>) -> io::Result<()> {
    page.force(glance(ssh).trim_start_matches('\n'))?;
    let worst = ssh.machines.iter().any(SshMachineReport::is_troubled).then_some(Severity::Error);
    page.section("machines", ssh.machines.len(), worst, ssh.machines.iter().map(machine))?;
    page.section("Lambda's registry", ssh.registry.len(), None, ssh.registry.iter().map(registered))?;
    page.section("steps", ssh.steps.len(), None, ssh.steps.iter().map(step))
}

/// The key, the rotation and the next command: what is read without opening anything.
fn glance(ssh: &SshReport) -> String {
    let mut text = String::new();
    let mut line = |line: String| writeln!(text, "\n- {line}").expect("a string takes all");
    if let Some(key) = &ssh.key {
        line(format!("key in force: {}, {}", short(&key.fingerprint), said(&key.age())));
    }
    if let Some(rotation) = &ssh.rotation {
        let facts: Vec<String> = rotation.facts().iter().map(|fact| said(fact)).collect();
        line(format!("rotation {} at step {}: {}", short(&rotation.id), short(&rotation.step), facts.join("; ")));
    }
    if let Some(next) = &ssh.next {
        line(format!("next:\n\n{}", block(&clipped(next, LONG), "  ").trim_end_matches('\n')));
    }
    text
}

fn machine(machine: &SshMachineReport) -> String {
    let address = short(&machine.address);
    let mut text =
        format!("\n- {} at {address}: {}, {}", short(&machine.name), short(&machine.status), said(&machine.opens()));
    if machine.is_troubled() {
        write!(text, "; {}", said(&machine.why)).expect("a string takes all");
    }
    text.push('\n');
    if !machine.help.is_empty() {
        text.push('\n');
        text.push_str(&block(&clipped(&machine.help, LONG), "  "));
    }
    text
}

fn registered(key: &RegistryReport) -> String {
    let fingerprint = key.fingerprint.as_deref().map_or_else(|| "not a key that can be read".to_owned(), short);
    format!("\n- {} (id {}), {}: {fingerprint}\n", short(&key.name), short(&key.id), key.role)
}

fn step(step: &StepReport) -> String {
    format!("\n- **{}** {}: {}\n", step.end.as_str(), short(&step.step), said(&step.what))
}

fn short(text: &str) -> String {
    code(&clipped(text, SHORT))
}

fn said(text: &str) -> String {
    prose(&clipped(text, LONG))
}
