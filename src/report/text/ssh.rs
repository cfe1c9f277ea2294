//! The machines' key at a glance: which is in force, what is pending, the machines as a table, what to do next.

use std::io;

use unicode_width::UnicodeWidthStr;

use super::{Cell, Ink, LONGEST_NAME, LONGEST_REASON, Text, cell, quoted};
use crate::report::{
    SshReport, StepEnd,
    escape::{clipped, visible},
    ssh::{KeyReport, RegistryReport, RotationReport, SshMachineReport, StepReport},
};

impl Text<'_> {
    pub(super) fn ssh(&mut self, ssh: &SshReport) -> io::Result<()> {
        ssh.key.iter().try_for_each(|key| self.key(key))?;
        ssh.rotation.iter().try_for_each(|rotation| self.rotation(rotation))?;
        self.machines(&ssh.machines)?;
        self.registry(&ssh.registry)?;
        self.steps(&ssh.steps)?;
        if let Some(next) = &ssh.next {
            self.page.blank()?;
            self.page.whole(0, "next:", Ink::Command, next)?;
        }
        Ok(())
    }

    fn heading(&mut self, text: &str) -> io::Result<()> {
        self.page.blank()?;
        self.page.row(0, 2, &[cell(text, Ink::Bold)])
    }

    fn key(&mut self, key: &KeyReport) -> io::Result<()> {
        self.heading("key in force")?;
        let file = key.file.as_deref().unwrap_or_default();
        self.page.row(2, 4, &[quoted(&key.fingerprint), Cell { ink: Ink::Dim, ..quoted(file) }])?;
        let ink = if key.is_due == Some(true) { Ink::Bad } else { Ink::Plain };
        self.page.prose(4, 6, ink, &clipped(&key.age(), LONGEST_REASON))
    }

    fn rotation(&mut self, rotation: &RotationReport) -> io::Result<()> {
        self.heading("rotation")?;
        let step = Cell { ink: Ink::Bold, ..quoted(&rotation.step) };
        self.page.row(2, 4, &[step, Cell { ink: Ink::Dim, ..quoted(&rotation.id) }])?;
        for fact in rotation.facts() {
            self.page.prose(4, 6, Ink::Plain, &clipped(&fact, LONGEST_REASON))?;
        }
        Ok(())
    }

    fn machines(&mut self, machines: &[SshMachineReport]) -> io::Result<()> {
        if machines.is_empty() {
            return Ok(());
        }
        self.heading(&format!("machines ({})", machines.len()))?;
        let name = widest(machines.iter().map(|machine| machine.name.as_str()));
        let address = widest(machines.iter().map(|machine| machine.address.as_str()));
        let status = widest(machines.iter().map(|machine| machine.status.as_str()));
        for machine in machines {
            let ink = if machine.is_troubled() { Ink::Bad } else { Ink::Good };
            let opens = clipped(&machine.opens(), LONGEST_NAME).into_owned();
            self.page.row(
                2,
                6,
                &[
                    Cell { ink: Ink::Bold, column: name, ..quoted(&machine.name) },
                    Cell { column: address, ..quoted(&machine.address) },
                    Cell { ink, column: status, ..quoted(&machine.status) },
                    quoted(&opens),
                    Cell { ink: Ink::Dim, ..quoted(machine.since.as_deref().unwrap_or_default()) },
                ],
            )?;
            self.page.prose(6, 6, Ink::Plain, &clipped(&machine.why, LONGEST_REASON))?;
            self.page.whole(6, "fix:", Ink::Command, &machine.help)?;
        }
        Ok(())
    }

    fn registry(&mut self, registry: &[RegistryReport]) -> io::Result<()> {
        if registry.is_empty() {
            return Ok(());
        }
        self.heading(&format!("Lambda's registry ({})", registry.len()))?;
        let name = widest(registry.iter().map(|key| key.name.as_str()));
        for key in registry {
            let fingerprint = key.fingerprint.as_deref().unwrap_or("not a key that can be read");
            let role = Cell { column: ROLE, ..cell(key.role, Ink::Plain) };
            let id = Cell { ink: Ink::Dim, ..quoted(&key.id) };
            self.page.row(2, 6, &[Cell { column: name, ..quoted(&key.name) }, role, quoted(fingerprint), id])?;
        }
        Ok(())
    }

    fn steps(&mut self, steps: &[StepReport]) -> io::Result<()> {
        if steps.is_empty() {
            return Ok(());
        }
        self.heading("steps")?;
        let step = widest(steps.iter().map(|step| step.step.as_str()));
        for StepReport { step: name, end, what } in steps {
            let end = Cell { column: END, ..cell(end.as_str(), ink(*end)) };
            self.page.row(2, 6, &[end, Cell { column: step, ..quoted(name) }])?;
            self.page.prose(6, 6, Ink::Plain, &clipped(what, LONGEST_REASON))?;
        }
        Ok(())
    }
}

fn ink(end: StepEnd) -> Ink {
    match end {
        StepEnd::Done => Ink::Good,
        StepEnd::Failed => Ink::Bad,
        StepEnd::Incomplete => Ink::Warn,
        StepEnd::Planned | StepEnd::Skipped => Ink::Dim,
    }
}

fn widest<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(|text| visible(text).width()).max().unwrap_or(0).min(LONGEST_COLUMN)
}

/// Longer names push what follows them.
const LONGEST_COLUMN: usize = 40;
/// `in force` and `incomplete` are the longest words of their kind.
const ROLE: usize = 8;
const END: usize = 10;
