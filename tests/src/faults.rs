//! What goes wrong in a made-up organization.

use std::collections::BTreeMap;
use std::sync::Mutex;

use trailseal_model::{Gap, GapClass, Operation};

/// Fails chosen calls, and counts all of them.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Vec<Rule>,
    calls: Mutex<BTreeMap<Operation, u32>>,
}

#[derive(Debug)]
struct Rule {
    operation: Operation,
    from: u32,
    fault: Fault,
}

#[derive(Debug, Clone, Copy)]
enum Fault {
    Gap(GapClass),
    Panic,
}

impl Faults {
    /// Every call of the operation fails.
    #[must_use]
    pub fn always(operation: Operation, class: GapClass) -> Self {
        Self::from_call(operation, 1, class)
    }

    /// The n-th call of the operation, counted from 1, and every later one fails.
    #[must_use]
    pub fn from_call(operation: Operation, from: u32, class: GapClass) -> Self {
        let rules = vec![Rule { operation, from, fault: Fault::Gap(class) }];
        Self { rules, ..Self::default() }
    }

    /// And the n-th call of another operation, counted from 1, and every later one fails.
    #[must_use]
    pub fn and_from_call(mut self, operation: Operation, from: u32, class: GapClass) -> Self {
        self.rules.push(Rule { operation, from, fault: Fault::Gap(class) });
        self
    }

    /// The n-th call of the operation, counted from 1, and every later one panics.
    #[must_use]
    pub fn panic_from_call(operation: Operation, from: u32) -> Self {
        let rules = vec![Rule { operation, from, fault: Fault::Panic }];
        Self { rules, ..Self::default() }
    }

    /// Notes a call; the gap, if it is to fail.
    ///
    /// # Errors
    /// The gap.
    ///
    /// # Panics
    /// If it is to panic.
    pub fn meet(&self, operation: Operation) -> Result<(), Gap> {
        let count = {
            let mut calls = self.calls.lock().expect("no panic while it is held");
            let count = calls.entry(operation).or_default();
            *count += 1;
            *count
        };
        let rule = self.rules.iter().find(|it| it.operation == operation && count >= it.from);
        match rule.map(|it| it.fault) {
            None => Ok(()),
            Some(Fault::Panic) => panic!("injected into {operation}"),
            Some(Fault::Gap(class)) => {
                Err(Gap { attempts: 1, ..Gap::new(class, operation) }.saying("injected"))
            }
        }
    }

    /// How often the operation was called.
    ///
    /// # Panics
    /// Never in practice: nothing panics while the counts are held.
    #[must_use]
    pub fn calls(&self, operation: Operation) -> u32 {
        let calls = self.calls.lock().expect("no panic while it is held");
        calls.get(&operation).copied().unwrap_or_default()
    }
}
