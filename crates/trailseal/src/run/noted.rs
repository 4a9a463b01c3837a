//! What a run remembers of the answers it got: the list of accounts, which it may have asked for before
//! the audit does, and the role that opened each account.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use trailseal_model::{
    AccountId, Answers, AnyAnswer, AnyQuestion, AnyResult, Arn, BoxFuture, Operation,
};

use super::progress::RunEvents;

/// Passes questions on, and notes two kinds of answers.
#[derive(Debug)]
pub(super) struct Noted<'a, A> {
    inner: A,
    events: &'a RunEvents,
    /// The list of accounts, until it is asked for again.
    accounts: Mutex<Option<AnyResult>>,
    roles: Mutex<BTreeMap<AccountId, Arn>>,
}

impl<'a, A> Noted<'a, A> {
    pub(super) fn new(inner: A, events: &'a RunEvents) -> Self {
        Self { inner, events, accounts: Mutex::default(), roles: Mutex::default() }
    }

    /// Keeps this list of accounts as the answer to the next question for it.
    pub(super) fn keep_accounts(&self, listed: AnyResult) {
        *locked(&self.accounts) = Some(listed);
    }

    /// The accounts that another role than this one opened, with its name.
    pub(super) fn other_roles(&self, role_name: &str) -> BTreeMap<AccountId, String> {
        let name = |role: &Arn| role.as_str().split_once(":role/").map(|it| it.1.to_owned());
        let roles = locked(&self.roles);
        let named = roles.iter().filter_map(|(account, role)| Some((*account, name(role)?)));
        named.filter(|(_, name)| name != role_name).collect()
    }
}

impl<A: Answers> Answers for Noted<'_, A> {
    fn answer(&self, question: AnyQuestion) -> BoxFuture<'_, AnyResult> {
        if matches!(question, AnyQuestion::ListAccounts(_))
            && let Some(listed) = locked(&self.accounts).take()
        {
            return Box::pin(std::future::ready(listed));
        }
        let AnyQuestion::OpenAccount(opened) = &question else {
            return self.inner.answer(question);
        };
        let account = opened.account;
        Box::pin(async move {
            let result = self.inner.answer(question).await;
            if let Ok(answer) = &result
                && let AnyAnswer::OpenAccount(Some(role)) = &answer.value
            {
                self.events.note_opened();
                locked(&self.roles).insert(account, role.clone());
            }
            result
        })
    }

    fn ask_once(&self, operation: Operation) {
        self.inner.ask_once(operation);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
