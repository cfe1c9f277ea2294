//! Rotations by the real process, against real `sshd`s and the emulator of the stores.

mod gates;
mod house;
mod kills;
mod leaks;
mod locked;
mod looks;
mod machines;
mod signals;
mod stages;
mod wrapper;
