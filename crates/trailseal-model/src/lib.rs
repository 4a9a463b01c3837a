//! The words of Trailseal: ids, facts, operations, questions, gaps, evidence, findings, causes, fixes,
//! coverage, events and the control catalogue.
//!
//! **Architecture invariant**: no I/O, clock, randomness or environment in this crate. Time, seed
//! and run id come in as values.
//!
//! **Architecture invariant**: a fact is [`Observed`]: read, or a gap. `Option` only means that AWS
//! says there is none. A pass or a fail can only be made from a [`Proof`].
//!
//! **Architecture invariant**: [`Operation`] is the one list of AWS calls. A call that is not in it
//! cannot be made.
//!
//! **Architecture invariant**: [`question`] is the one list of what an audit asks. [`Answers`] is the
//! one trait through which it is asked, and publishing asks nothing.
//!
//! **Architecture invariant**: every planned target is in [`Coverage`] exactly once, and the sums
//! equal the population.
//!
//! **Architecture invariant**: an exception changes no status, outcome or verdict. It only takes
//! what it covers from the exit code, and says so.
//!
//! **Architecture invariant**: ids are compact. An account is a number, a Region an index, a
//! coverage row at most 32 bytes.
//!
//! **Architecture invariant**: questions and answers derive serde for the journal, and for nothing else:
//! their fields' names are its format. The record and every report have types of their own.

mod account;
mod advice;
mod answers;
mod arn;
mod bucket;
mod cause;
mod cluster;
mod confidence_bound;
pub mod controls;
mod coverage;
mod covered_by;
mod denial;
mod directory;
mod endpoint;
mod event;
mod evidence;
mod exception;
mod exception_matches;
pub mod exit_code;
mod facts;
mod finding;
mod fix;
pub mod frameworks;
mod gap;
mod gap_class;
pub mod hash;
mod header_problem;
mod history;
mod key;
mod last_calls;
mod log_object;
mod member_delivery;
mod operation;
pub mod outcome;
mod prefixes;
pub mod question;
mod reading;
mod reason;
mod region;
mod request_ids;
mod sample;
mod scope;
mod sealing;
mod serde_text;
mod store;
pub mod summary;
mod target;
mod trail;
mod trail_status;
mod unreadable;
mod word_enum;

pub use account::{Account, AccountId, AccountState, InvalidAccountId, Organization};
pub use advice::GapCause;
pub use answers::{Answers, ask};
pub use arn::Arn;
pub use bucket::{BucketFacts, BucketOwner, BucketPresence, BucketReading, OwnerSearch};
pub use cause::{Blame, Cause, CauseIndex, CauseKind, Causes, Effect};
pub use cluster::{ClusterFrame, ClusterUse, SampledCluster};
pub use confidence_bound::{binomial_upper_bound, hypergeometric_upper_bound};
pub use controls::{Control, ControlId, Severity, SubjectKind, fix_text, fix_texts};
pub use coverage::{Coverage, CoverageRow, NewestLog, Outcome};
pub use covered_by::CoveredBy;
pub use denial::{Denial, DenyingPolicy, denied_action};
pub use directory::{AccountsListed, Unit};
pub use endpoint::Endpoint;
pub use event::{Event, EventSink, NoEvents};
pub use evidence::{Answer, Evidence, Observed, Proof};
pub use exception::{
    Approval, CoveredFinding, CoveredGaps, Covers, Exception, ExceptionKind, ExceptionState,
};
pub use exception_matches::{Counts, ExceptionMatches};
pub use facts::{OrganizationFacts, Thresholds};
pub use finding::{Finding, Status, Subject};
pub use fix::{Fix, FixActor, FixPlace, FixStep};
pub use gap::{Gap, GapId, GapKind, GapKinds, GapLedger, Gaps};
pub use gap_class::GapClass;
pub use header_problem::{HeaderName, HeaderProblem};
pub use history::{DigestSample, HistorySample};
pub use key::{
    DecryptGrant, KeyFacts, KeyManager, KeyPresence, KeyReading, KeyRotation, ManagedBy,
};
pub use last_calls::LastCalls;
pub use log_object::{ObjectHead, ObjectsListed, Reader, Want, behind_folder};
pub use member_delivery::{Delivery, MemberDelivery, MemberStatusScope};
pub use operation::{LimitScope, Loss, Operation, Purpose, Quota};
pub use outcome::{Verdict, verdict, verdicts};
pub use prefixes::{AccountPrefixes, LogPrefix};
pub use question::{AnyAnswer, AnyQuestion, AnyResult, BoxFuture, Question};
pub use reading::{Groundwork, Reading, Served};
pub use reason::Reason;
pub use region::{MAX_REGIONS, Partition, Region, RegionSet, RegionStatus};
pub use sample::{
    Deviating, DeviationClass, Estimand, LogSample, Population, Sample, SampleMethod, SampleResult,
    Selection, Unreadable, Window,
};
pub use scope::{PopulationSource, Scope, ScopeLine};
pub use sealing::{AccountSealing, LogsSealed, OtherTrailsAnswer, RecordedBySealed};
pub use store::{StoreDescription, StoreFacts, StoreListed};
pub use target::Target;
pub use trail::{
    DescribedFrom, DifferingSightings, ManagementEvents, ObjectFacts, Sighting, Sightings,
    TrailAnswers, TrailDescription, TrailFacts, TrailField, TrailListed,
};
pub use trail_status::TrailStatus;
pub use unreadable::UnreadableCause;
pub use word_enum::UnknownWord;
