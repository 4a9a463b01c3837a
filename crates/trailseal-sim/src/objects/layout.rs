//! Where the trails of one bucket put their files, in the order of keys.

use std::collections::BTreeMap;

use crate::world::account::AccountId;
use crate::world::trail::Trail;

/// The places in one bucket that trails deliver to.
#[derive(Debug, Default)]
pub struct Layout {
    /// By path, each once.
    roots: Vec<Root>,
}

/// A path that the numbers of accounts follow.
#[derive(Debug)]
pub(super) struct Root {
    /// `[prefix/]AWSLogs/[o-id/]`.
    pub(super) path: String,
    pub(super) writers: Writers,
}

/// Whose files lie at a root, by indexes into [`crate::world::World::trails`].
#[derive(Debug)]
pub(super) enum Writers {
    /// Those of every usable account, each through all these trails.
    Organization(Vec<u32>),
    /// Those of the trails' owners, sorted.
    Owners(Vec<(AccountId, u32)>),
}

impl Layout {
    /// Puts these trails, all of one bucket, in order.
    #[must_use]
    pub fn new<'a>(
        trails: impl Iterator<Item = (u32, &'a Trail)>,
        organization: Option<&str>,
    ) -> Self {
        let (mut shared, mut owned) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, Vec<_>>::new());
        for (index, trail) in trails {
            let mut path = String::new();
            if let Some(prefix) = trail.prefix.as_deref().filter(|it| !it.is_empty()) {
                path.extend([prefix, "/"]);
            }
            path.push_str("AWSLogs/");
            if let Some(id) = organization.filter(|_| trail.is_organization) {
                path.extend([id, "/"]);
                shared.entry(path).or_default().push(index);
            } else {
                owned.entry(path).or_default().push((trail.owner, index));
            }
        }
        let shared =
            shared.into_iter().map(|it| Root { path: it.0, writers: Writers::Organization(it.1) });
        let owned = owned.into_iter().map(|(path, mut owners)| {
            owners.sort_unstable();
            Root { path, writers: Writers::Owners(owners) }
        });
        let mut roots: Vec<_> = shared.chain(owned).collect();
        roots.sort_by(|left, right| left.path.cmp(&right.path));
        Self { roots }
    }

    /// The root with exactly this path.
    pub(super) fn root(&self, path: &str) -> Option<&Root> {
        let found = self.roots.binary_search_by(|it| (*it.path).cmp(path));
        found.ok().map(|it| &self.roots[it])
    }

    /// The roots whose paths are greater than this text.
    pub(super) fn behind(&self, text: &str) -> &[Root] {
        &self.roots[self.roots.partition_point(|it| *it.path <= *text)..]
    }

    /// Whether a root lies below this path, as the prefix of a trail can make it.
    pub(super) fn has_root_below(&self, path: &str) -> bool {
        self.behind(path).first().is_some_and(|it| it.path.starts_with(path))
    }
}
