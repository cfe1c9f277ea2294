//! One worker's share of a fleet, from the command line: taken from the mapping, and told in the report.
//!
//! Invariant: a share with nothing in it passes only because the whole mapping has something in it; a mapping
//! without entries is refused when it is loaded, and a selection that selects nothing before the work is divided.

use crate::{
    engine::{NotAPartition, Partition, Selection},
    mapping::Mapping,
    report::Report,
};

/// What falls to this worker, in words and numbers.
#[derive(Debug)]
pub(crate) struct Share {
    partition: Partition,
    is_empty: bool,
    leaves_key: bool,
}

impl Share {
    pub(crate) fn take(partition: Partition, mapping: &mut Mapping, selection: &Selection) -> Self {
        let leaves_key = mapping.ssh.is_some();
        partition.narrow(mapping);
        let is_empty = mapping.endpoints.is_empty() && !mapping.entries.iter().any(|entry| selection.contains(entry));
        Self { partition, is_empty, leaves_key }
    }

    /// The report, which says of which part it is.
    pub(crate) fn told(&self, mut report: Report) -> Report {
        let partition = self.partition;
        report.idle = self.is_empty;
        report.remarks.push(match self.is_empty {
            true => format!("nothing of what was asked for falls to worker {partition}"),
            false => format!("this is the part of worker {partition}; the others look after the rest"),
        });
        if self.leaves_key {
            report.remarks.push("the machines' key is no worker's: `esc-sync ssh status` tells of it".to_owned());
        }
        report.decided()
    }
}

/// `K/N`, or `auto`: as the platform says it to a worker of an indexed job.
pub(crate) fn partition(text: &str) -> Result<Partition, String> {
    if text != "auto" {
        return text.parse().map_err(|error: NotAPartition| error.to_string());
    }
    let said = |name: &str| std::env::var(name).map_err(|_| format!("{name} is not set, from which `auto` takes it"));
    let (index, of) = (said("JOB_COMPLETION_INDEX")?, said("ESC_SYNC_PARTITIONS")?);
    Partition::of_job(&index, &of).map_err(|_| {
        "JOB_COMPLETION_INDEX must be a number below ESC_SYNC_PARTITIONS, which is from 1 to 64".to_owned()
    })
}
