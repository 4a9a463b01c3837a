//! Lists a window's log objects, the newest day first, within a budget of calls.

use futures::StreamExt as _;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use trailseal_model::{Evidence, Gap, GapId, Region, Window};

use super::{Collector, IN_FLIGHT, Members, TrailWork, cells};
use crate::object_name::LogCell;
use crate::ports::{CollectPorts, Reader};

/// One listed log object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) at: Timestamp,
    pub(super) region: Region,
    pub(super) key: String,
}

/// What listing came to.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Log objects of the window, in no order.
    pub(super) objects: Vec<Listed>,
    /// Whether every day of every cell was listed to its end.
    pub(super) is_whole: bool,
    pub(super) lists: u32,
    pub(super) evidence: Option<Evidence>,
    pub(super) gaps: Vec<GapId>,
    /// Why one cell's day could not be listed.
    refusal: Option<Gap>,
}

impl<P: CollectPorts> Collector<'_, P> {
    /// Lists day after day backwards until the window is done, there are more objects than are
    /// examined anyway, or the budget is spent. A day that is begun is listed in all cells, so
    /// that the newest objects are really the newest.
    pub(super) async fn list(
        &self,
        work: &TrailWork,
        members: &Members,
        bucket: &str,
        reader: Reader,
    ) -> Listing {
        let description = &work.trail.description;
        let prefix = description.prefix.as_deref();
        let organization = members.organization.as_ref().map(|it| it.id.as_str());
        let organization = organization.filter(|_| description.is_organization_trail);
        let cells = cells(work, members);
        let enough = self.settings.thresholds.sample_size as usize;
        let mut listing = Listing { is_whole: true, ..Listing::default() };
        for day in days_backwards(self.settings.window) {
            if listing.objects.len() > enough {
                listing.is_whole = false;
                break;
            }
            let left = self.settings.thresholds.listing_budget.saturating_sub(listing.lists);
            let affordable = cells.len().min(left as usize);
            listing.is_whole &= affordable == cells.len();
            // An equal share each, so that what is listed does not depend on who answers first.
            let share = left / u32::try_from(affordable.max(1)).unwrap_or(u32::MAX);
            let ask = |cell: &LogCell| {
                let day_prefix = cell.day_prefix(prefix, organization, day);
                self.list_day(cell.clone(), day_prefix, bucket, reader, share)
            };
            let asked = &cells[..affordable];
            let (first, others) = asked.split_at(1.min(asked.len()));
            // One call goes ahead: a bucket that refuses it would refuse every other.
            for cell in first {
                self.add(&mut listing, ask(cell).await);
            }
            if listing.is_refused() {
                break;
            }
            let mut answers = futures::stream::iter(others.iter().map(ask)).buffered(IN_FLIGHT);
            while let Some(answer) = answers.next().await {
                self.add(&mut listing, answer);
                if listing.is_refused() {
                    break;
                }
            }
            if affordable < cells.len() || listing.is_refused() {
                break;
            }
        }
        listing
    }

    /// Takes in one cell's day, in the order of cells: only then does its gap count, so that
    /// which gaps are kept does not depend on who answers first.
    fn add(&self, listing: &mut Listing, day: Listing) {
        listing.objects.extend(day.objects);
        listing.is_whole &= day.is_whole;
        listing.lists += day.lists;
        listing.evidence = day.evidence.or(listing.evidence.take());
        listing.gaps.extend(day.refusal.map(|it| self.gap(it)));
    }

    async fn list_day(
        &self,
        cell: LogCell,
        day_prefix: String,
        bucket: &str,
        reader: Reader,
        budget: u32,
    ) -> Listing {
        let mut listing = Listing { is_whole: true, ..Listing::default() };
        let mut token = None;
        loop {
            listing.lists += 1;
            let page = self.ports.list_objects(reader, bucket, &day_prefix, token).await;
            let page = match page {
                Ok(page) => page,
                Err(gap) => return Listing { is_whole: false, refusal: Some(gap), ..listing },
            };
            let window = self.settings.window;
            let listed = page.value.keys.into_iter().filter_map(|key| {
                let at = cell.log_time(&day_prefix, &key).filter(|it| window.contains(*it))?;
                Some(Listed { at, region: cell.region, key })
            });
            listing.objects.extend(listed);
            listing.evidence = Some(page.evidence);
            let Some(next) = page.value.next_token else { return listing };
            if listing.lists >= budget {
                listing.is_whole = false;
                return listing;
            }
            token = Some(next);
        }
    }
}

impl Listing {
    fn is_refused(&self) -> bool {
        !self.gaps.is_empty()
    }
}

/// The days of a window, the newest first.
fn days_backwards(window: Window) -> impl Iterator<Item = Date> {
    let date = |at: Timestamp| Offset::UTC.to_datetime(at).date();
    let first = date(window.start);
    let last = date(window.end - jiff::SignedDuration::from_nanos(1));
    std::iter::successors(Some(last), |it| it.yesterday().ok()).take_while(move |it| *it >= first)
}

/// A gap for a trail whose objects cannot be looked for, because the organization's id, which is
/// part of their prefix, is not known.
pub(super) fn no_organization_id() -> Gap {
    Gap::new(trailseal_model::GapClass::MalformedAnswer, trailseal_model::Operation::ListAccounts)
        .on("organization id")
        .saying("no account's ARN names the organization, so its log prefix is not known")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::time;

    #[test]
    fn a_week_touches_eight_days_unless_it_begins_at_midnight() {
        let days = |start: &str, end: &str| -> Vec<String> {
            let window = Window { start: time(start), end: time(end) };
            days_backwards(window).map(|it| it.to_string()).collect()
        };
        let week = days("2026-11-16T10:00:00Z", "2026-11-23T10:00:00Z");
        assert_eq!(week.len(), 8);
        assert_eq!(week[0], "2026-11-23");
        assert_eq!(week[7], "2026-11-16");
        assert_eq!(days("2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z").len(), 7);
    }
}
