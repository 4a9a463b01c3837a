//! Everything that an audit asks of AWS, in one table.
//!
//! A question is data: it can be compared, kept and answered again. Questions and answers are kept in
//! the journal of a run under the names of their fields here: a field that a question has and this
//! program does not know makes it another question, so it is refused. None has a page token: a listing
//! of S3 goes on after the last name that it gave, any other listing is one question. Publishing asks
//! nothing, and has none.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::account::{AccountId, Organization};
use crate::arn::Arn;
use crate::bucket::BucketPresence;
use crate::directory::{AccountsListed, Unit};
use crate::evidence::Answer;
use crate::gap::Gap;
use crate::gap_class::GapClass;
use crate::key::{DecryptGrant, KeyPresence, KeyRotation};
use crate::log_object::{ObjectHead, ObjectsListed, Reader, Want};
use crate::operation::Operation;
use crate::region::RegionStatus;
use crate::store::{StoreDescription, StoreListed};
use crate::target::Target;
use crate::trail::{ManagementEvents, TrailDescription, TrailListed};
use crate::trail_status::TrailStatus;

#[cfg(test)]
mod tests;

/// A future on the heap, that any thread may poll.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What any question results in.
pub type AnyResult = Result<Answer<AnyAnswer>, Gap>;

impl Gap {
    /// The same gap, placed in one account and Region.
    fn in_target(self, target: Target) -> Self {
        self.at(target.account, Some(target.region))
    }
}

/// One kind of question, with the kind of its answer.
pub trait Question: Into<AnyQuestion> + Send {
    /// What answers it.
    type Answer: Send;
    /// The operation that it is asked with.
    const OPERATION: Operation;
    /// Whether several trails ask the same, so that the answer is worth keeping.
    const IS_SHARED: bool;

    /// An answer to it as one to any question.
    fn to_any(answer: Self::Answer) -> AnyAnswer;

    /// An answer to it; `None` if it is one to another kind of question.
    fn from_any(answer: AnyAnswer) -> Option<Self::Answer>;
}

/// Answers one kind of question; [`answer_each`] brings them together.
pub trait AnswerTo<Q: Question>: Sync {
    /// The answer.
    ///
    /// # Errors
    /// The gap, its subject being what the question is about.
    fn answer_to(&self, question: Q)
    -> impl Future<Output = Result<Answer<Q::Answer>, Gap>> + Send;
}

/// Makes the types of all questions from the table. A row has the question's name and parts, the type
/// of its answer, its operation, whether it is `shared` by several trails or asked by `one`, and where
/// a gap of it is placed.
macro_rules! questions {
    ($(
        $(#[$meta:meta])*
        $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)? } -> $answer:ty,
            $operation:ident, $sharing:ident, gap [$($place:tt)*];
    )+) => {
        $(
            questions! { @type [$(#[$meta])*] $name { $($(#[$field_meta])* pub $field: $type,)* } }

            impl Question for $name {
                type Answer = $answer;
                const OPERATION: Operation = Operation::$operation;
                const IS_SHARED: bool = questions!(@ $sharing);

                fn to_any(answer: Self::Answer) -> AnyAnswer {
                    AnyAnswer::$name(answer)
                }

                fn from_any(answer: AnyAnswer) -> Option<Self::Answer> {
                    match answer {
                        AnyAnswer::$name(answer) => Some(answer),
                        _ => None,
                    }
                }
            }

            impl From<$name> for AnyQuestion {
                fn from(question: $name) -> Self {
                    Self::$name(question)
                }
            }
        )+

        /// Any question.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum AnyQuestion {
            $($(#[$meta])* $name($name),)+
        }

        /// An answer to any question.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub enum AnyAnswer {
            $($(#[$meta])* $name($answer),)+
        }

        impl AnyQuestion {
            /// The operations of all questions, in the order of the table.
            pub const OPERATIONS: &'static [Operation] = &[$(Operation::$operation,)+];

            /// The operation that it is asked with.
            #[must_use]
            pub const fn operation(&self) -> Operation {
                match self { $(Self::$name(_) => <$name as Question>::OPERATION,)+ }
            }

            /// Whether several trails ask the same, so that the answer is worth keeping.
            #[must_use]
            pub const fn is_shared(&self) -> bool {
                match self { $(Self::$name(_) => <$name as Question>::IS_SHARED,)+ }
            }

            /// The gap in place of its answer: in its account and Region, on what it is about.
            #[must_use]
            pub fn gap(&self, class: GapClass) -> Gap {
                let gap = Gap::new(class, self.operation());
                match self {
                    $(Self::$name($name { $($field,)* }) => {
                        let _ = ($($field,)*);
                        gap $($place)*
                    })+
                }
            }
        }

        /// The answer to any question, of something that answers each kind of them.
        pub fn answer_each<A>(answers: &A, question: AnyQuestion) -> BoxFuture<'_, AnyResult>
        where
            A: $(AnswerTo<$name> +)+
        {
            match question {
                $(AnyQuestion::$name(question) => Box::pin(async move {
                    Ok(answers.answer_to(question).await?.map(<$name as Question>::to_any))
                }),)+
            }
        }
    };
    (@type [$(#[$meta:meta])*] $name:ident {}) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub struct $name;
    };
    (@type [$(#[$meta:meta])*] $name:ident { $($fields:tt)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($fields)+ }
    };
    (@ shared) => { true };
    (@ one) => { false };
}

questions! {
    /// Makes sure that calls in this account can be made. The answer is the role that was assumed;
    /// `None` in the caller's own account. Credentials are part of no answer.
    OpenAccount {
        /// The account.
        account: AccountId,
    } -> Option<Arn>, AssumeRole, one, gap [.at(*account, None)];

    /// The organization's accounts: the one listing whose answer may be a part.
    ListAccounts {} -> AccountsListed, ListAccounts, one, gap [];

    /// The organization; any member may be allowed to ask.
    DescribeOrganization {} -> Organization, DescribeOrganization, one, gap [];

    /// The roots of the organization's tree.
    ListRoots {} -> Vec<Unit>, ListRoots, one, gap [];

    /// The units directly below a root or unit.
    ListOrganizationalUnitsForParent {
        /// `r-…` or `ou-…`.
        parent: String,
    } -> Vec<Unit>, ListOrganizationalUnitsForParent, one, gap [.on(parent)];

    /// The accounts directly below a root or unit.
    ListAccountsForParent {
        /// `r-…` or `ou-…`.
        parent: String,
    } -> Vec<AccountId>, ListAccountsForParent, one, gap [.on(parent)];

    /// The tags of one account, by key.
    ListTagsForResource {
        /// The account.
        account: AccountId,
    } -> BTreeMap<String, String>, ListTagsForResource, one, gap [.on(&account.to_string())];

    /// The Regions of an account, asked in its own session. Without an answer the partition's table is
    /// probed, and nothing is lost.
    ListRegions {
        /// The account.
        account: AccountId,
    } -> Vec<RegionStatus>, ListRegions, one, gap [.at(*account, None)];

    /// The trails of one target, shadow trails included.
    DescribeTrails {
        /// The target.
        target: Target,
    } -> Vec<TrailDescription>, DescribeTrails, one, gap [.in_target(*target)];

    /// The names of an account's trails, asked in its default Region.
    ListTrails {
        /// The account.
        account: AccountId,
    } -> Vec<TrailListed>, ListTrails, one, gap [.at(*account, None)];

    /// Whether a trail logs and delivers.
    GetTrailStatus {
        /// The trail.
        trail: Arn,
        /// Whose session is used, and in which Region: AWS reports each Region by itself.
        asked_in: Target,
    } -> TrailStatus, GetTrailStatus, one, gap [.in_target(*asked_in).on(trail.as_str())];

    /// What a trail records, basic and advanced selectors brought together. No selector at all is not
    /// understood: AWS always prints the default.
    GetEventSelectors {
        /// The trail.
        trail: Arn,
        /// Whose session is used, and in which Region.
        asked_in: Target,
    } -> ManagementEvents, GetEventSelectors, one, gap [.in_target(*asked_in).on(trail.as_str())];

    /// The event data stores of one target. A Region that does not know the operation has none.
    ListEventDataStores {
        /// The target.
        target: Target,
    } -> Vec<StoreListed>, ListEventDataStores, one, gap [.in_target(*target)];

    /// One event data store.
    GetEventDataStore {
        /// The store.
        store: Arn,
        /// Whose session is used, and in which Region.
        asked_in: Target,
    } -> StoreDescription, GetEventDataStore, one, gap [.in_target(*asked_in).on(store.as_str())];

    /// One KMS key. `Gone` is AWS's NotFoundException; whether the key is really gone depends on which
    /// account asked.
    DescribeKey {
        /// The ARN of a key or an alias.
        key: Arn,
        /// Whose session is used, and in which Region.
        asked_in: Target,
    } -> KeyPresence, DescribeKey, shared, gap [.in_target(*asked_in).on(key.as_str())];

    /// The policy of a KMS key, as JSON.
    GetKeyPolicy {
        /// The key's ARN.
        key: Arn,
        /// The key's own account and Region: AWS answers nowhere else.
        asked_in: Target,
    } -> Arc<str>, GetKeyPolicy, shared, gap [.in_target(*asked_in).on(key.as_str())];

    /// The grants of a KMS key by which its grantee may decrypt.
    ListGrants {
        /// The key's ARN.
        key: Arn,
        /// Whose session is used, and the key's Region.
        asked_in: Target,
    } -> Arc<[DecryptGrant]>, ListGrants, shared, gap [.in_target(*asked_in).on(key.as_str())];

    /// Whether a KMS key rotates by itself.
    GetKeyRotationStatus {
        /// The key's ARN.
        key: Arn,
        /// Whose session is used, and the key's Region.
        asked_in: Target,
    } -> KeyRotation, GetKeyRotationStatus, shared, gap [.in_target(*asked_in).on(key.as_str())];

    /// The names of all buckets that an account owns. The names of all accounts would be too many to
    /// keep, so what looks for the owner of a bucket keeps what it needs of them.
    ListBuckets {
        /// The account.
        account: AccountId,
    } -> Vec<String>, ListBuckets, one, gap [.at(*account, None)];

    /// Whether a bucket exists, and where. A refusal that names the bucket's Region is an answer.
    HeadBucket {
        /// The bucket.
        bucket: String,
        /// Whose session is used.
        account: AccountId,
    } -> BucketPresence, HeadBucket, shared, gap [.at(*account, None).on(bucket)];

    /// One page of the names of objects.
    ListObjects {
        /// Whose session is used, and the bucket's Region and owner.
        reader: Reader,
        /// The bucket.
        bucket: String,
        /// What the keys begin with.
        prefix: String,
        /// The text that all names come after: where the page before ended. It need not be a key.
        start_after: Option<String>,
        /// What is wanted of the page.
        want: Want,
    } -> ObjectsListed, ListObjectsV2, one,
        gap [.in_target(reader.target).on(&format!("{bucket}/{prefix}"))];

    /// One object from outside, never its content and never checksum mode, which need kms:Decrypt.
    /// `None` when S3 answers 404: gone since it was listed. A bare 400 is a gap too: S3 answers so for
    /// an object under a key of its writer, and for expired credentials.
    HeadObject {
        /// Whose session is used, and the bucket's Region and owner.
        reader: Reader,
        /// The bucket.
        bucket: String,
        /// The object.
        key: String,
    } -> Option<ObjectHead>, HeadObject, one,
        gap [.in_target(reader.target).on(&format!("{bucket}/{key}"))];
}
