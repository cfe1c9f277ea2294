//! Where pure meets I/O: asks the stores what a mapping needs to know, and carries out what was planned.
//!
//! It prints nothing and decides nothing: `observe` returns what was said, `apply` writes
//! what a plan says, `sync` keeps the two and the ledger together.

pub mod apply;
mod doctor;
mod esc_state;
pub mod live;
mod observe;
mod partition;
mod read_plan;
mod rotation;
mod selection;
mod ssh_knowledge;
mod survey;
mod sync;
mod tree;

pub use apply::{Forecast, Pace, PaceOptions, Progress, Stop, Traffic};
pub use doctor::{Doctor, Door, ERRANDS, Errand, Reads};
pub use esc_state::EscState;
pub use observe::observe;
pub use partition::{NotAPartition, Partition};
pub use read_plan::ReadPlan;
pub use rotation::{
    Course, Ending, Kept, NotGone, Preflight, Refusal, RefusalKind, RotationFault, RotationOptions, Rotator,
    StepEnding, StepOutcome, Told, Tried, Verified,
};
pub use selection::{Selection, SelectionError};
pub use ssh_knowledge::{ROTATION_KEY, ssh_knowledge};
pub use survey::{Surveyed, SurveyedScope, survey_environments, survey_scopes};
pub use sync::{
    Applied, Applying, Attested, Given, Look, NoSuchRun, Observed, Passed, Planned, PutBack, State, Task, ToWrite,
    Unwritable, key_place,
};
pub use tree::{Walk, Walked, walk};
