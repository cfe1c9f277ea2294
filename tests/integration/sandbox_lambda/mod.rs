//! The emulated Lambda: its own rules, its control, and a real client.
