//! SSH: keys, their files, logins and rotations, against the OpenSSH of this machine.

mod keys;
