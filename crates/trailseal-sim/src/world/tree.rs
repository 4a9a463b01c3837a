//! Who stands under whom in the organization.

use std::collections::HashMap;

use super::{Parts, World, indexed};

/// The index of the organization's tree. Places are positions in [`super::Organization::units`];
/// `None` is the root.
#[derive(Debug, Default)]
pub(super) struct Tree {
    units: HashMap<Box<str>, u32>,
    /// The root's children, then each unit's.
    children: Vec<Children>,
}

#[derive(Debug, Default)]
struct Children {
    accounts: Vec<u32>,
    units: Vec<u32>,
}

fn row(place: Option<u32>) -> usize {
    place.map_or(0, |it| it as usize + 1)
}

impl Tree {
    /// The tree of these parts, whose accounts are in their final order.
    pub(super) fn new(parts: &Parts) -> Self {
        let Some(organization) = &parts.organization else { return Self::default() };
        let mut children: Vec<Children> = Vec::new();
        children.resize_with(organization.units.len() + 1, Children::default);
        for (index, unit) in indexed(&organization.units) {
            children[row(unit.parent)].units.push(index);
        }
        for (index, account) in indexed(&parts.accounts) {
            children[row(account.unit)].accounts.push(index);
        }
        let units = indexed(&organization.units).map(|it| (it.1.id.clone(), it.0)).collect();
        Self { units, children }
    }
}

impl World {
    /// The place of the unit with this id.
    #[must_use]
    pub fn unit(&self, id: &str) -> Option<u32> {
        self.tree.units.get(id).copied()
    }

    /// The accounts right under this place, as positions in [`World::accounts`].
    #[must_use]
    pub fn accounts_under(&self, place: Option<u32>) -> &[u32] {
        self.tree.children.get(row(place)).map(|it| &*it.accounts).unwrap_or_default()
    }

    /// The units right under this place.
    #[must_use]
    pub fn units_under(&self, place: Option<u32>) -> &[u32] {
        self.tree.children.get(row(place)).map(|it| &*it.units).unwrap_or_default()
    }
}
