//! Cases about Regions of the account, event data stores, and hostile names.

use super::super::setup::Setup;
use super::super::truth::Status::{Fail, NotProven, Pass};
use super::super::truth::{KEYLESS, SEALED};
use super::{Case, EVERY_REGION, FilledAccount, Needs, ONE_REGION};
use crate::world::region::{Region, RegionSet};

/// A set of one Region of the partition `aws`.
fn set(name: &str) -> RegionSet {
    Region::new(name).into_iter().collect()
}

/// An account with this name and a sealed trail with that one.
fn named(place: &mut FilledAccount<'_>, account: &str, trail: &str) {
    place.account.name = account.into();
    place.account.tags = [("owner".into(), account.into())].into();
    place.wide_trail(|it| it.trail.name = trail.into());
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "region-opted-in",
        about: "A Region that is disabled by default is enabled here, and the trail records it.",
        build: |it| {
            it.account.regions.enabled = set("af-south-1");
            it.wide_trail(|_| {});
        },
        trails: &[SEALED],
        needs: Needs::Commercial,
        ..EVERY_REGION
    },
    Case {
        id: "region-being-enabled",
        about: "One Region is being enabled and another being disabled: neither works yet or still.",
        build: |it| {
            let regions = &mut it.account.regions;
            regions.enabled = RegionSet::NONE;
            (regions.enabling, regions.disabling) = (set("me-central-1"), set("il-central-1"));
            it.wide_trail(|_| {});
        },
        trails: &[SEALED],
        needs: Needs::Commercial,
        ..EVERY_REGION
    },
    Case {
        id: "region-opted-in-home",
        about: "The trail of every Region is homed in one that is disabled by default.",
        build: |it| {
            it.account.regions.enabled = set("eu-south-1");
            it.wide_trail(|it| {
                if let Some(home) = Region::new("eu-south-1") {
                    it.home_in(home);
                }
            });
        },
        trails: &[SEALED],
        needs: Needs::Commercial,
        ..EVERY_REGION
    },
    Case {
        id: "store-with-key",
        about: "An event data store under a customer managed key.",
        build: |it| it.store_with_key(it.near.regions[0], |_| {}),
        stores: &[Pass],
        ..ONE_REGION
    },
    Case {
        id: "store-without-key",
        about: "An event data store without a key: CloudTrail's own encryption only.",
        build: |it| it.store(it.near.regions[0]),
        stores: &[Fail],
        ..ONE_REGION
    },
    Case {
        id: "store-two-regions",
        about: "A store with a key in one Region and one without in another, beside a sealed trail.",
        build: |it| {
            let [home, second, _] = it.near.regions;
            it.wide_trail(|_| {});
            it.store_with_key(home, |_| {});
            it.store(second);
        },
        trails: &[SEALED],
        stores: &[Pass, Fail],
        ..EVERY_REGION
    },
    Case {
        id: "store-aws-managed-key",
        about: "An event data store under a key that AWS manages.",
        build: |it| it.store_with_key(it.near.regions[0], |it| it.is_aws_managed = true),
        stores: &[Fail],
        ..ONE_REGION
    },
    Case {
        id: "store-key-unread",
        about: "An event data store under a key that the role may not describe.",
        build: |it| {
            it.store_with_key(it.near.regions[0], |_| {});
            it.lacks(&["kms:*"]);
        },
        stores: &[NotProven],
        ..ONE_REGION
    },
    Case {
        id: "store-unread",
        about: "The role may list event data stores, and not ask for one: its key is not known.",
        build: |it| {
            it.store(it.near.regions[0]);
            it.lacks(&["cloudtrail:GetEventDataStore"]);
        },
        stores: &[NotProven],
        ..ONE_REGION
    },
    Case {
        id: "name-formula",
        about: "Names that a spreadsheet would run.",
        build: |it| named(it, "=HYPERLINK(\"https://example.invalid\",\"open\")", "=1+1"),
        trails: &[SEALED],
        ..EVERY_REGION
    },
    Case {
        id: "name-markup",
        about: "Names that a browser would run, and a trail without a key.",
        build: |it| {
            it.account.name = "<img src=x onerror=alert(1)>&amp;".into();
            it.wide_trail(|it| {
                Setup::without_key(it);
                it.trail.name = "<b>logs&amp;'\"".into();
            });
        },
        trails: &[KEYLESS],
        ..EVERY_REGION
    },
    Case {
        id: "name-unicode",
        about: "Names of several scripts and directions, with a dot-dot in the trail's.",
        build: |it| named(it, "Zürich \u{202e}gnp.exe 会計 🔒 \u{200b}|`$(id)`", "logs..-_trail"),
        trails: &[SEALED],
        ..EVERY_REGION
    },
];
