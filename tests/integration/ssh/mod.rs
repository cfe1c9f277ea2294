//! `ssh`: keys of machines, from the command line.

mod inject;
