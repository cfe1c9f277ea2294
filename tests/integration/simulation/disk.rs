//! The disk of the simulated machine: it dies with the machine's power, and what it was told goes into the history.
//!
//! The disk itself (half-written bytes, names that were not made last) is the one of the
//! ledger's own tests. A line of the audit log counts from the moment it cannot get lost any more.

use std::{fmt, io, path::Path, sync::Arc};

use esc_sync::ledger::{
    audit::Head,
    audit_chain::{AuditEvent, verify},
    backend::Backend,
    disk::{Disk, Listed},
    file::FileState,
};

use super::{
    faults::Power,
    ground::GROUND,
    history::{Note, What, Who},
    world::SimWorld,
};
use crate::ledger::crash_disk::CrashDisk;

const FOLDER: &str = "/state";
/// The folder of the audit log within it.
const AUDIT: &str = "audit";

/// The disk as one run has it.
pub(crate) struct SimDisk {
    disk: CrashDisk,
    power: Arc<Power>,
    world: Arc<SimWorld>,
    machine: usize,
}

/// The state of a run on its machine's disk.
pub(crate) fn state(disk: CrashDisk, power: Arc<Power>, world: Arc<SimWorld>, machine: usize) -> Arc<dyn Backend> {
    Arc::new(FileState::on(FOLDER, Arc::new(SimDisk { disk, power, world, machine })))
}

impl SimDisk {
    /// Nothing is done without power, and a machine that stops over a file stops altogether.
    fn powered<T>(&self, operation: impl FnOnce(&CrashDisk) -> io::Result<T>) -> io::Result<T> {
        if self.power.is_cut() {
            return Err(io::Error::other("the machine is off"));
        }
        let done = operation(&self.disk);
        if self.disk.is_stopped() {
            self.power.cut();
        }
        done
    }
}

/// Puts the lines of the audit log that last, and are not there yet, into the history,
/// under the run that each speaks of.
pub(crate) fn note_lines(disk: &CrashDisk, world: &SimWorld, machine: usize) {
    let folder = Path::new(FOLDER).join(AUDIT);
    let parts = disk.list(&folder).unwrap_or_default().into_iter().map(|part| folder.join(part.name));
    for part in parts.filter(|part| part.file_name().is_some_and(|name| !name.as_encoded_bytes().starts_with(b"."))) {
        let bytes = disk.read(&part, 0).expect("the part was listed");
        // A head may be behind its lines; the one before all lines always is.
        let head = Head { seq: 0, hash: "0".repeat(64).into() };
        let lines = verify(&bytes, Some(&head)).unwrap_or_else(|broken| panic!("the audit log we wrote: {broken:?}"));
        for line in lines.iter().filter(|line| world.is_new_line(machine, line.seq)) {
            let (target, note) = match &line.entry.event {
                AuditEvent::Intent { target, .. } => (target, Note::Intent),
                AuditEvent::Outcome { target, end, .. } if *end == *"unknown" => (target, Note::Unknown),
                AuditEvent::Outcome { target, .. } => (target, Note::Outcome),
                AuditEvent::Newer | AuditEvent::RunStarted { .. } | AuditEvent::RunEnded { .. } => continue,
            };
            let spot =
                GROUND.named.get(target.as_str()).unwrap_or_else(|| panic!("{target} is no place of the mapping"));
            let number = line.entry.run.rsplit('-').next().and_then(|number| number.parse().ok());
            let run = number.unwrap_or_else(|| panic!("{} is no run of ours", line.entry.run));
            world.note(Who::Run(run), What::Noted { spot: spot.clone(), note });
        }
    }
}

impl Disk for SimDisk {
    fn folder(&self, folder: &Path, make: bool) -> io::Result<bool> {
        self.powered(|disk| disk.folder(folder, make))
    }

    fn read(&self, file: &Path, from: u64) -> io::Result<Vec<u8>> {
        self.powered(|disk| disk.read(file, from))
    }

    fn size(&self, file: &Path) -> io::Result<u64> {
        self.powered(|disk| disk.size(file))
    }

    fn write_new(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        self.powered(|disk| disk.write_new(file, bytes))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.powered(|disk| disk.rename(from, to))
    }

    fn append(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        self.powered(|disk| disk.append(file, bytes))
    }

    fn cut(&self, file: &Path, size: u64) -> io::Result<()> {
        self.powered(|disk| disk.cut(file, size))
    }

    fn remove(&self, file: &Path) -> io::Result<()> {
        self.powered(|disk| disk.remove(file))
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Listed>> {
        self.powered(|disk| disk.list(folder))
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.powered(|disk| disk.sync_folder(folder))?;
        if folder.ends_with(AUDIT) {
            note_lines(&self.disk, &self.world, self.machine);
        }
        Ok(())
    }

    fn try_lock(&self, file: &Path, text: &str) -> io::Result<Option<Box<dyn Send>>> {
        self.powered(|disk| disk.try_lock(file, text))
    }
}

impl fmt::Debug for SimDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SimDisk")
    }
}
