//! How delivery of an organization trail goes in its members, as each of them is told.

use std::collections::BTreeMap;

use crate::evidence::{Answer, Observed};
use crate::target::Target;
use crate::trail_status::TrailStatus;
use crate::word_enum::word_enum;

word_enum! {
    /// What GetTrailStatus resulted in for one Region; the worst last.
    pub enum Delivery {
        /// Logging, and delivered lately.
        Delivering = "delivering",
        /// AWS refuses to tell members of this organization trail: its owner's status is all there is.
        NotTold = "not_told",
        /// Logging, and the last delivery is too old.
        Stale = "stale",
        /// Logging, and nothing was ever delivered.
        Never = "never_delivered",
        /// An error beside a delivery within the last hour, and no attempt is newer than it.
        Contradicted = "error_contradicted",
        /// The status could not be read.
        Unread = "unread",
        /// The latest delivery failed.
        Error = "delivery_error",
        /// Logging is off.
        NotLogging = "not_logging",
    }
}

word_enum! {
    /// In which members the status of an organization trail is asked for.
    pub enum MemberStatusScope {
        /// In none.
        Off = "off",
        /// In the trail's home Region of each.
        Home = "home",
        /// In every Region of each where the trail shows.
        All = "all",
    }
}

impl MemberStatusScope {
    /// Whether a member is asked in a Region that shows the trail.
    #[must_use]
    pub const fn is_asked(self, in_home_region: bool) -> bool {
        match self {
            Self::Off => false,
            Self::Home => in_home_region,
            Self::All => true,
        }
    }
}

/// What the members of the organization are told of one trail. Of the good answers only the number is
/// kept: there can be hundreds of thousands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberDelivery {
    counts: BTreeMap<Delivery, u64>,
    not_asked: u64,
    places: BTreeMap<Delivery, BTreeMap<Target, Observed<Answer<TrailStatus>>>>,
}

impl MemberDelivery {
    /// Places that are kept of each kind, the first ones by account and Region.
    pub const MAX_PLACES: usize = 100;

    /// Adds what one member was told in one Region. The order does not matter.
    pub fn add(
        &mut self,
        target: Target,
        delivery: Delivery,
        status: Observed<Answer<TrailStatus>>,
    ) {
        *self.counts.entry(delivery).or_default() += 1;
        if delivery == Delivery::Delivering {
            return;
        }
        let places = self.places.entry(delivery).or_default();
        places.insert(target, status);
        if places.len() > Self::MAX_PLACES {
            places.pop_last();
        }
    }

    /// Adds a place that is not asked, because AWS refused the members that were asked first.
    pub const fn leave_out(&mut self) {
        self.not_asked += 1;
    }

    /// How many places (member x Region) show the trail and were not asked.
    #[must_use]
    pub const fn not_asked(&self) -> u64 {
        self.not_asked
    }

    /// How many places (member x Region) were asked.
    #[must_use]
    pub fn asked(&self) -> u64 {
        self.counts.values().sum()
    }

    /// How many of them came to this.
    #[must_use]
    pub fn count(&self, delivery: Delivery) -> u64 {
        self.counts.get(&delivery).copied().unwrap_or_default()
    }

    /// How many came to what.
    #[must_use]
    pub const fn counts(&self) -> &BTreeMap<Delivery, u64> {
        &self.counts
    }

    /// The first places that came to this, sorted; none of those that deliver.
    pub fn places(
        &self,
        delivery: Delivery,
    ) -> impl Iterator<Item = (Target, &Observed<Answer<TrailStatus>>)> {
        self.places.get(&delivery).into_iter().flatten().map(|(target, it)| (*target, it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::AccountId;
    use crate::gap::{Gap, GapLedger};
    use crate::gap_class::GapClass;
    use crate::operation::Operation;
    use crate::region::Region;

    #[test]
    fn everything_counts_and_the_first_places_are_kept_whatever_the_order() {
        let gap = Gap::new(GapClass::Denied, Operation::GetTrailStatus);
        let unread = Observed::Unread(GapLedger::default().record(gap));
        let region = Region::new("eu-west-1").unwrap();
        let target = |number| Target { account: AccountId::new(number).unwrap(), region };
        let of = |numbers: &mut dyn Iterator<Item = u64>| {
            let mut statuses = MemberDelivery::default();
            numbers.for_each(|it| statuses.add(target(it), Delivery::Unread, unread.clone()));
            statuses.add(target(500), Delivery::Delivering, unread.clone());
            statuses
        };
        let statuses = of(&mut (1..=250));
        assert_eq!(statuses, of(&mut (1..=250).rev()));
        assert_eq!((statuses.asked(), statuses.count(Delivery::Unread)), (251, 250));
        let kept: Vec<Target> = statuses.places(Delivery::Unread).map(|it| it.0).collect();
        assert_eq!(kept, (1..=100).map(target).collect::<Vec<_>>());
        assert_eq!(statuses.places(Delivery::Delivering).count(), 0);
    }
}
