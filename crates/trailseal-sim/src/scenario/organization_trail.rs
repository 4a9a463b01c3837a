//! The trails of the organization itself.

use super::builder::Cover;
use super::cases::{Auditor, OrganizationCase};
use super::draft::{Build, Result};
use super::file::{Caller, OrganizationTrailFile};
use super::truth::Status;
use crate::world::region::Region;

/// The case that the file names, and the trail's home Region.
fn asked(
    build: &Build<'_>,
    trail: &OrganizationTrailFile,
) -> Result<(&'static OrganizationCase, Region)> {
    let id = trail.case.get_ref();
    let case = OrganizationCase::find(id);
    let message = || format!("there is no organization trail `{id}`");
    let case = case.ok_or_else(|| build.wrong(&trail.case, message()))?;
    let is_right_caller = match case.auditor {
        Auditor::Anybody => true,
        Auditor::Management => build.file.caller == Caller::Management,
        Auditor::Administrator => build.file.caller == Caller::Delegated,
    };
    if !is_right_caller {
        let caller = match case.auditor {
            Auditor::Administrator => "delegated",
            _ => "management",
        };
        let message = format!("the organization trail `{id}` needs `caller = \"{caller}\"`");
        return Err(build.wrong(&trail.case, message));
    }
    let home = match &trail.home {
        Some(name) => build.region(name)?,
        None => build.builder.parts.partition.global_region(),
    };
    Ok((case, home))
}

/// Finds out which trail covers accounts, before accounts are made.
pub(super) fn plan(build: &mut Build<'_>) -> Result<()> {
    for trail in &build.file.organization_trail {
        let (case, home) = asked(build, trail)?;
        let cover = Cover { case: case.id.into(), home, status: case.covers };
        match &mut build.builder.covered {
            _ if case.covers == Status::Fail => {}
            Some(known) if known.status == Status::Pass || case.covers != Status::Pass => {}
            worse => *worse = Some(cover),
        }
    }
    Ok(())
}

/// Makes them: keys in the management account, buckets in the log archive.
pub(super) fn make(build: &mut Build<'_>) -> Result<()> {
    let file = build.file;
    // The management account may have trails of its own, and each needs a key of its own.
    let trails = &build.builder.parts.trails;
    let own = trails.iter().filter(|it| it.owner == build.builder.well_known.management).count();
    for (index, trail) in file.organization_trail.iter().enumerate() {
        let (case, home) = asked(build, trail)?;
        let mut setup = build.builder.setup(build.builder.well_known.management, own + index);
        let archive = setup.near.log_archive;
        let (name, bucket) = if trail.control_tower {
            // Control Tower keeps the logs of an organization under a prefix with its id.
            let organization = build.builder.parts.organization.as_ref();
            setup.trail.prefix = organization.map(|it| it.id.clone());
            // It also sets up a log group and a notification of each log file.
            setup.send_elsewhere(None, None);
            ("aws-controltower-BaselineCloudTrail", "aws-controltower-logs")
        } else {
            ("organization-trail", "organization-trail-logs")
        };
        setup.trail.name = trail.name.as_deref().unwrap_or(name).into();
        setup.trail.is_organization = true;
        setup.trail.is_multi_region = true;
        setup.deliveries.per_day = 24;
        setup.home_in(home);
        setup.bucket.owner = archive;
        let number = if index == 0 { String::new() } else { format!("-{}", index + 1) };
        setup.bucket.name = format!("{bucket}-{archive}-{home}{number}").into();
        (case.change)(&mut setup);
        let owner = setup.trail.owner;
        let arn = setup.finish(&mut build.builder.parts);
        if !case.denied.is_empty() {
            build.builder.lack(case.denied, owner);
        }
        build.builder.expect_trail(&arn, case.row, &case.id.into());
    }
    Ok(())
}
