//! Counts a window's log objects by listing every cluster, where that fits the budget of calls.

use futures::StreamExt as _;
use trailseal_model::{
    Answer, ClusterUse, Evidence, Gap, GapId, ObjectsListed, SampledCluster, Want, Window,
};

use super::IN_FLIGHT;
use super::log_location::{Listed, LogLocation, Span, Walk};
use super::object_source::{Examiner, ObjectSource};

/// What listing came to.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) reach: Reach,
    /// Log objects of the window, by cluster and in S3's order.
    pub(super) objects: Vec<Listed>,
    /// The clusters that hold any.
    pub(super) clusters: Vec<SampledCluster>,
    pub(super) lists: u32,
    pub(super) evidence: Option<Evidence>,
    pub(super) gaps: Vec<GapId>,
}

/// How far listing came.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Reach {
    /// Every cluster was listed to its end.
    #[default]
    Whole,
    /// A call was refused: what is listed is a part.
    Refused,
    /// It does not fit the budget. These clusters hold objects, as far as is known.
    TooMany(Vec<u32>),
}

impl<S: ObjectSource> Examiner<'_, S> {
    /// Calls that counting may take: what a draw in two stages would take is left of the budget, so
    /// that it can still be made where there is too much to list.
    pub(super) fn counting_limit(&self) -> u32 {
        let thresholds = self.settings.thresholds;
        let budget = thresholds.listing_budget;
        budget - thresholds.sample_size.saturating_mul(2).min(budget / 2)
    }

    /// Lists these walks to their ends, one page of each in turn.
    pub(super) async fn count(&self, place: &LogLocation, mut walks: Vec<Walk>) -> Listing {
        let limit = self.counting_limit();
        let mut listing = Listing::default();
        let mut open: Vec<usize> = (0..walks.len()).filter(|it| !walks[*it].is_over).collect();
        while !open.is_empty() && listing.gaps.is_empty() {
            if u64::from(listing.lists) + open.len() as u64 > u64::from(limit) {
                let holds_any = |it: &&Walk| !it.is_over || !it.names.is_empty();
                let clusters = walks.iter().filter(holds_any).map(|it| it.span.cluster).collect();
                return Listing { reach: Reach::TooMany(clusters), ..listing };
            }
            self.next_pages(place, &open, &mut walks, &mut listing).await;
            open.retain(|it| !walks[*it].is_over);
        }
        if !listing.gaps.is_empty() {
            listing.reach = Reach::Refused;
        }
        let hold_any = walks.iter().filter(|it| !it.names.is_empty()).zip(0..);
        listing.clusters =
            hold_any.map(|(it, n)| it.sampled(place, ClusterUse::Counted, n)).collect();
        listing.objects = walks.iter().flat_map(Walk::listed).collect();
        listing
    }

    /// The next page of these walks, until one is refused.
    async fn next_pages(
        &self,
        place: &LogLocation,
        open: &[usize],
        walks: &mut [Walk],
        listing: &mut Listing,
    ) {
        // One call goes ahead: a bucket that refuses it would refuse every other.
        let (first, others) = open.split_at(usize::from(listing.lists == 0));
        for part in [first, others] {
            if !listing.gaps.is_empty() {
                return;
            }
            let asks: Vec<_> = part
                .iter()
                .map(|it| (*it, walks[*it].span.clone(), walks[*it].next.take()))
                .collect();
            let ask = |(index, span, next): (usize, Span, Option<String>)| async move {
                (index, self.page(&span, next).await)
            };
            let mut answers = futures::stream::iter(asks).map(ask).buffered(IN_FLIGHT);
            // Taken in in the order of clusters, and only then does a gap count: which gaps are kept
            // does not depend on who answers first.
            while let Some((index, answer)) = answers.next().await {
                listing.lists += 1;
                match answer {
                    Ok(Answer { value, evidence }) => {
                        walks[index].add(value, place, place.window);
                        listing.evidence = Some(evidence);
                    }
                    Err(gap) => {
                        listing.gaps.push(self.gap(gap));
                        return;
                    }
                }
            }
        }
    }

    /// One page of a span: the first one, or the next one, which starts after this text.
    pub(super) async fn page(
        &self,
        span: &Span,
        next: Option<String>,
    ) -> Result<Answer<ObjectsListed>, Gap> {
        let start_after = next.unwrap_or_else(|| span.start_after.clone());
        self.source.list(&span.prefix, Some(start_after), Want::Names).await
    }

    /// The first object of a span. More than one key is asked for, because something else may be
    /// among the logs.
    pub(super) async fn first(
        &self,
        place: &LogLocation,
        span: Span,
        window: Window,
    ) -> Result<Answer<Option<Listed>>, Gap> {
        let start_after = Some(span.start_after.clone());
        let page = self.source.list(&span.prefix, start_after, Want::First).await?;
        let mut walk = Walk::new(span);
        Ok(page.map(|page| {
            walk.add(page, place, window);
            walk.listed().next()
        }))
    }
}
