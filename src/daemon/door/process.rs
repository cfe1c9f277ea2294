//! What the daemon takes up of the machine, by Linux's own account of it.

use std::fs;

use crate::daemon::metrics::Process;

/// What cannot be read is left out.
pub(super) fn read() -> Process {
    Process { resident_bytes: resident_bytes(), open_descriptors: open_descriptors() }
}

fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// Without the one by which they are counted.
fn open_descriptors() -> Option<u64> {
    let listed = fs::read_dir("/proc/self/fd").ok()?.count();
    u64::try_from(listed).ok()?.checked_sub(1)
}
