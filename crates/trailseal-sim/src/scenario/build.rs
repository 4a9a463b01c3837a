//! From the text of a scenario to the scenario.

use std::collections::HashMap;

use jiff::Timestamp;
use toml::Spanned;

use super::builder::Builder;
use super::cases::{self, Case, Needs};
use super::draft::{Build, Result, line};
use super::file::{AccountFile, Caller, Duty, File, PopulationFile};
use super::new_account::NewAccount;
use super::{Access, Scenario, ScenarioError, access_policies, denials, organization_trail};
use crate::world::account::{AccountId, Joined, RegionStates, Role, Unit};
use crate::world::region::Partition;
use crate::world::{Organization, User};

/// The scenario that this text describes.
pub(super) fn build(text: &str, start: Timestamp) -> Result<Scenario> {
    make(text, &read(text)?, start)
}

/// What the text says.
pub(super) fn read(text: &str) -> Result<File> {
    toml::from_str(text).map_err(|it| ScenarioError {
        line: it.span().map_or(0, |it| line(text, &it)),
        message: it.message().lines().next().unwrap_or_default().to_owned(),
    })
}

/// The scenario of a file that was read from this text.
pub(super) fn make(text: &str, file: &File, start: Timestamp) -> Result<Scenario> {
    let partition = match &file.partition {
        None => Partition::AWS,
        Some(name) => Partition::new(name.get_ref()).ok_or_else(|| {
            let message = format!("there is no partition `{}`", name.get_ref());
            ScenarioError { line: line(text, &name.span()), message }
        })?,
    };
    let builder = Builder::new(file.seed, start, partition);
    let mut build = Build { text, file, builder, units: HashMap::new() };
    build.regions()?;
    let access = build.access();
    if file.caller == Caller::Standalone {
        build.standalone()?;
    } else {
        build.organization()?;
    }
    build.user(access.caller);
    access_policies::apply(&mut build, &access)?;
    let (parts, expected) = build.builder.finish();
    let File { random_faults, limits, sessions, .. } = *file;
    Ok(Scenario { parts, random_faults, limits, sessions, access, expected })
}

impl Build<'_> {
    fn regions(&mut self) -> Result<()> {
        let enabled = self.region_set(&self.file.opt_in)?;
        self.builder.regions = RegionStates { enabled, ..RegionStates::default() };
        let Some(count) = &self.file.regions else { return Ok(()) };
        let partition = self.builder.parts.partition;
        let always = partition.regions().filter(|it| !it.is_opt_in()).count();
        let all = partition.regions().count();
        let wanted = *count.get_ref();
        if !(always..=all).contains(&wanted) {
            let message = format!("`regions` must be from {always} to {all} in {partition}");
            return Err(self.wrong(count, message));
        }
        let opt_in = partition.regions().filter(|it| it.is_opt_in());
        let enabled = opt_in.take(wanted - always).collect();
        self.builder.regions = RegionStates { enabled, ..RegionStates::default() };
        Ok(())
    }

    /// The Regions of one account.
    fn region_states(&self, account: &AccountFile) -> Result<RegionStates> {
        let enabled = match &account.opt_in {
            Some(names) => self.region_set(names)?,
            None => self.builder.regions.enabled,
        };
        let enabling = self.region_set(&account.enabling)?;
        Ok(RegionStates { enabled, enabling, ..RegionStates::default() })
    }

    /// Whose user the audit is; sets the role that every account has.
    fn access(&mut self) -> Access {
        let well_known = &mut self.builder.well_known;
        let caller = match self.file.caller {
            Caller::Management => well_known.management,
            Caller::Delegated | Caller::Member => well_known.audit,
            Caller::Standalone => {
                well_known.log_archive = well_known.management;
                well_known.audit = well_known.management;
                well_known.management
            }
        };
        let log_archive = well_known.log_archive;
        let role_name: Box<str> = self.file.role_name.as_deref().unwrap_or("TrailsealAudit").into();
        let external_id: Option<Box<str>> = self.file.external_id.as_deref().map(Into::into);
        self.builder.roles = [Role {
            name: role_name.clone(),
            trusts: vec![caller],
            external_id: external_id.clone(),
            trust: None,
            policy: None,
            max_session_seconds: 3600,
        }]
        .into();
        let log_archive = (self.file.caller != Caller::Standalone).then_some(log_archive);
        Access { caller, role_name, external_id, log_archive }
    }

    fn user(&mut self, account: AccountId) {
        const KEY_ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        const SECRET_ALPHABET: &str =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let draw = self.builder.draw("user").number(account.number());
        self.builder.parts.users.push(User {
            access_key_id: format!("AKIA{}", draw.word("id").text(KEY_ALPHABET, 16)).into(),
            secret_access_key: draw.word("secret").text(SECRET_ALPHABET, 40).into(),
            account,
            name: "auditor".into(),
            policy: None,
        });
    }

    /// A single account.
    fn standalone(&mut self) -> Result<()> {
        let file = self.file;
        let [account] = &file.account[..] else {
            let message = "a standalone scenario has exactly one [[account]]".to_owned();
            return Err(ScenarioError { line: 0, message });
        };
        let has_more = !file.unit.is_empty()
            || !file.population.is_empty()
            || file.every_case.is_some()
            || !file.organization_trail.is_empty()
            || !file.denial.is_empty();
        if has_more {
            let message =
                "a standalone scenario has no units, populations, organization trails or denials";
            return Err(ScenarioError { line: 0, message: message.to_owned() });
        }
        self.account(account, self.builder.well_known.management)
    }

    /// Everything of an organization, in order: units, its trails, accounts, denials.
    fn organization(&mut self) -> Result<()> {
        self.make_organization()?;
        organization_trail::plan(self)?;
        let mut duties = Vec::new();
        for account in &self.file.account {
            let id = match &account.duty {
                None => {
                    let same =
                        self.file.account.iter().take_while(|it| !std::ptr::eq(*it, account));
                    let same = same.filter(|it| it.name == account.name).count();
                    self.builder.account_id(&account.name, same as u64)
                }
                Some(duty) if duties.contains(duty.get_ref()) => {
                    return Err(self.wrong(duty, "another account has this duty"));
                }
                Some(duty) => {
                    duties.push(*duty.get_ref());
                    self.on_duty(*duty.get_ref())
                }
            };
            self.account(account, id)?;
        }
        self.missing_duties(&duties);
        for population in &self.file.population {
            self.population(population)?;
        }
        if let Some(every) = &self.file.every_case {
            let unit = self.unit(every.unit.as_ref())?;
            self.every_case(unit);
        }
        organization_trail::make(self)?;
        denials::deny(self)
    }

    fn make_organization(&mut self) -> Result<()> {
        const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
        let draw = self.builder.draw("organization");
        let root = draw.word("root").text(ALPHABET, 4);
        let mut units: Vec<Unit> = Vec::new();
        for (index, unit) in (0..).zip(&self.file.unit) {
            let parent = self.unit(unit.parent.as_ref())?;
            let id = draw.word("unit").word(&unit.name).text(ALPHABET, 8);
            let id = format!("ou-{root}-{id}").into();
            if self.units.insert(&unit.name, index).is_some() {
                let message = format!("there are two units named `{}`", unit.name);
                return Err(ScenarioError { line: 0, message });
            }
            units.push(Unit { id, name: unit.name.as_str().into(), parent });
        }
        let settings = &self.file.organization;
        let well_known = self.builder.well_known;
        let services = ["account.amazonaws.com", "cloudtrail.amazonaws.com"];
        let delegated = match self.file.caller {
            Caller::Delegated => services.map(|it| (well_known.audit, it.into())).into(),
            _ => Vec::new(),
        };
        self.builder.parts.organization = Some(Organization {
            id: format!("o-{}", draw.word("id").text(ALPHABET, 10)).into(),
            root_id: format!("r-{root}").into(),
            management: well_known.management,
            units,
            delegated,
            shows_status: settings.status,
            shows_state: settings.state,
            shows_paths: settings.paths,
            empty_page_every: settings.empty_page_every,
        });
        Ok(())
    }

    pub(super) fn on_duty(&self, duty: Duty) -> AccountId {
        let well_known = self.builder.well_known;
        match duty {
            Duty::Management => well_known.management,
            Duty::LogArchive => well_known.log_archive,
            Duty::Audit => well_known.audit,
        }
    }

    /// Makes the accounts that cases refer to and the file does not name.
    fn missing_duties(&mut self, duties: &[Duty]) {
        let names = [
            (Duty::Management, "Management"),
            (Duty::LogArchive, "Log Archive"),
            (Duty::Audit, "Audit"),
        ];
        for (duty, name) in names {
            if !duties.contains(&duty) {
                let id = self.on_duty(duty);
                self.builder.account(NewAccount::empty(id, name));
            }
        }
    }

    fn account(&mut self, account: &AccountFile, id: AccountId) -> Result<()> {
        let case = match &account.case {
            None => NewAccount::empty(id, "").case,
            Some(case) => self.case(case)?,
        };
        let tag = |it: (&String, &String)| (it.0.as_str().into(), it.1.as_str().into());
        let new = NewAccount {
            id,
            name: &account.name,
            unit: self.unit(account.unit.as_ref())?,
            joined: if account.invited { Joined::Invited } else { Joined::Created },
            tags: account.tags.iter().map(tag).collect(),
            regions: Some(self.region_states(account)?),
            case,
        };
        self.builder.account(new);
        Ok(())
    }

    /// The case with this id, if it makes sense here.
    fn case(&self, id: &Spanned<String>) -> Result<&'static Case> {
        let Some(case) = cases::find(id.get_ref()) else {
            return Err(self.wrong(id, format!("there is no case `{}`", id.get_ref())));
        };
        if self.suits(case) {
            return Ok(case);
        }
        let needs = match case.needs {
            Needs::Organization => "an organization",
            _ => "the partition aws",
        };
        Err(self.wrong(id, format!("the case `{}` needs {needs}", case.id)))
    }

    fn suits(&self, case: &Case) -> bool {
        match case.needs {
            Needs::Nothing => true,
            Needs::Organization => self.file.caller != Caller::Standalone,
            Needs::Commercial => self.builder.parts.partition == Partition::AWS,
        }
    }

    /// Many accounts: a number of each case in turn, until all are made.
    fn population(&mut self, population: &PopulationFile) -> Result<()> {
        let unit = self.unit(population.unit.as_ref())?;
        let mut turn = Vec::new();
        for (id, weight) in &population.cases {
            let case = self.case(id)?;
            turn.extend((0..*weight).map(|_| case));
        }
        if turn.is_empty() {
            let message = format!("the population `{}` has no cases", population.name);
            return Err(ScenarioError { line: 0, message });
        }
        for (index, case) in (0..population.accounts).zip(turn.into_iter().cycle()) {
            let name = format!("{}-{:05}", population.name, index + 1);
            let id = self.builder.account_id(&population.name, 1 + u64::from(index));
            let new = NewAccount { name: &name, unit, case, ..NewAccount::empty(id, "") };
            self.builder.account(new);
        }
        Ok(())
    }

    fn every_case(&mut self, unit: Option<u32>) {
        for case in cases::all().filter(|it| self.suits(it)).collect::<Vec<_>>() {
            let id = self.builder.account_id(case.id, 0);
            let new = NewAccount { unit, case, ..NewAccount::empty(id, case.id) };
            self.builder.account(new);
        }
    }
}
