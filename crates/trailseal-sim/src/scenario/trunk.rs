//! The trails of the organization itself.

use super::build::{Build, Result};
use super::cases::OrganizationCase;
use super::truth::Status;
use crate::world::bucket::Readers;

/// Finds out what the organization's trails say of every account, before accounts are made.
pub(super) fn plan(build: &mut Build<'_>) -> Result<()> {
    for trail in &build.file.organization_trail {
        let id = trail.case.get_ref();
        let Some(case) = OrganizationCase::find(id) else {
            let message = format!("there is no organization trail `{id}`");
            return Err(build.wrong(&trail.case, message));
        };
        if case.covers == Status::Pass {
            build.builder.covered.get_or_insert_with(|| case.id.into());
        }
    }
    Ok(())
}

/// Makes them: keys in the management account, buckets in the log archive.
pub(super) fn make(build: &mut Build<'_>) {
    let file = build.file;
    for (index, trail) in file.organization_trail.iter().enumerate() {
        let Some(case) = OrganizationCase::find(trail.case.get_ref()) else { continue };
        let mut setup = build.builder.setup(build.builder.well_known.management, index);
        let archive = setup.near.log_archive;
        let name = trail.name.as_deref().unwrap_or("organization-trail");
        setup.trail.name = name.into();
        setup.trail.is_organization = true;
        setup.trail.is_multi_region = true;
        setup.deliveries.per_day = 24;
        setup.bucket.owner = archive;
        let home = setup.trail.home;
        setup.bucket.name = format!("organization-trail-logs-{archive}-{home}-{index}").into();
        setup.bucket.readers = Readers::Organization;
        (case.change)(&mut setup);
        let arn = setup.finish(&mut build.builder);
        build.builder.expect_trail(&arn, case.row, &case.id.into());
    }
}
