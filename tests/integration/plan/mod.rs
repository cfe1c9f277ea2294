//! The planner over whole worlds: exhaustively small, randomly large, and case by case.

mod cases;
mod exhaustive;
mod files;
mod proposals;
mod random;
mod world;
