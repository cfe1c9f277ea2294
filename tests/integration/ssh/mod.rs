//! Keys, machines and cloud-init documents, against the real programs.

mod cloud;
