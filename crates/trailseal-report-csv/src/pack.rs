//! Writes every file of the pack in one pass over the record.

use std::collections::HashMap;
use std::io::{self, Write};

use trailseal_model::ControlId;
use trailseal_model::record::RecordError;
use trailseal_model::record::v1::{
    AccountLine, BucketLine, CoverageLine, FindingLine, GapLine, Line, RunLine, SampleLine,
    TrailLine,
};

use crate::cell::Row;
use crate::columns::{Table, columns};

/// The run as a JSON document.
pub const RUN_FILE: &str = "run.json";

/// A pack that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The record is at fault.
    #[error("the record {0}")]
    Record(#[from] RecordError),
    /// A file is at fault.
    #[error("a report file cannot be written: {0}")]
    Io(#[from] io::Error),
    /// The record has no first line.
    #[error("the record is empty")]
    Empty,
}

impl From<csv::Error> for PackError {
    fn from(error: csv::Error) -> Self {
        Self::Io(io::Error::other(error))
    }
}

/// Writes every table and [`RUN_FILE`] from a record; `create` gives the writer of each file name.
/// The writers should be buffered. Returns the run's line, for who wants to sum it up.
///
/// # Errors
/// When the record cannot be read or a file cannot be written.
pub fn write_pack<W: Write>(
    record: impl IntoIterator<Item = Result<Line, RecordError>>,
    mut create: impl FnMut(&str) -> io::Result<W>,
) -> Result<RunLine, PackError> {
    let mut lines = record.into_iter();
    let Line::Run(run) = lines.next().ok_or(PackError::Empty)?? else {
        return Err(PackError::Empty);
    };
    let mut run_file = create(RUN_FILE)?;
    serde_json::to_writer_pretty(&mut run_file, &run).map_err(io::Error::from)?;
    run_file.write_all(b"\n")?;
    run_file.flush()?;
    let mut pack = Pack::new(*run, create)?;
    for line in lines {
        pack.add(line?)?;
    }
    pack.finish()
}

struct Pack<W: Write> {
    run: RunLine,
    tables: [csv::Writer<W>; Table::ALL.len()],
    accounts: HashMap<String, AccountLine>,
    buckets: HashMap<String, BucketLine>,
    /// What an alias or key ARN that a trail names stands for, where DescribeKey told.
    resolved_keys: HashMap<String, String>,
    trails: HashMap<String, TrailColumns>,
}

/// What a finding's row shows of its trail.
struct TrailColumns {
    home_region: String,
    is_organization_trail: bool,
    is_multi_region: bool,
    key_arn: Option<String>,
}

impl<W: Write> Pack<W> {
    fn new(run: RunLine, mut create: impl FnMut(&str) -> io::Result<W>) -> Result<Self, PackError> {
        let mut writers = Vec::with_capacity(Table::ALL.len());
        for table in Table::ALL {
            let mut writer = csv::WriterBuilder::new()
                .terminator(csv::Terminator::CRLF)
                .from_writer(create(table.file_name())?);
            // With no rows the header still stands.
            writer.write_record(columns(table))?;
            writers.push(writer);
        }
        let Ok(tables) = writers.try_into() else { unreachable!("one writer per table") };
        Ok(Self {
            run,
            tables,
            accounts: HashMap::new(),
            buckets: HashMap::new(),
            resolved_keys: HashMap::new(),
            trails: HashMap::new(),
        })
    }

    fn add(&mut self, line: Line) -> Result<(), PackError> {
        match line {
            Line::Account(it) => {
                self.accounts.insert(it.account_id.clone(), it);
            }
            Line::Bucket(it) => {
                self.buckets.insert(it.bucket.clone(), it);
            }
            Line::Key(it) => {
                self.resolved_keys.extend(it.resolved_arn.map(|arn| (it.key_arn, arn)));
            }
            Line::Trail(it) => {
                let row = self.trail_row(&it);
                self.write(Table::Trails, &row)?;
                let columns = TrailColumns {
                    home_region: it.home_region,
                    is_organization_trail: it.is_organization_trail,
                    is_multi_region: it.is_multi_region,
                    key_arn: it.key_arn.map(|it| self.resolved(&it).to_owned()),
                };
                self.trails.insert(it.trail_arn, columns);
            }
            Line::Gap(it) => self.write(Table::Gaps, &self.gap_row(&it))?,
            Line::Finding(it) => self.write(Table::Findings, &self.finding_row(&it))?,
            Line::Sample(it) => self.write(Table::Samples, &self.sample_row(&it))?,
            Line::Coverage(it) => self.write(Table::Coverage, &self.coverage_row(&it))?,
            Line::Run(_) | Line::End(_) => {}
        }
        Ok(())
    }

    fn write(&mut self, table: Table, row: &Row) -> Result<(), PackError> {
        debug_assert_eq!(row.cells().len(), columns(table).len(), "{}", table.file_name());
        Ok(self.tables[table as usize].write_record(row.cells())?)
    }

    fn finish(mut self) -> Result<RunLine, PackError> {
        for table in &mut self.tables {
            table.flush()?;
        }
        Ok(self.run)
    }

    fn row(&self) -> Row {
        Row::default().cell(&self.run.run_id)
    }

    fn account_name(&self, id: &str) -> &str {
        self.accounts.get(id).map_or("", |it| &it.name)
    }

    fn resolved<'a>(&'a self, key_arn: &'a str) -> &'a str {
        self.resolved_keys.get(key_arn).map_or(key_arn, |it| it)
    }

    fn ou_path(&self, id: &str) -> &str {
        self.accounts.get(id).and_then(|it| it.ou_path.as_deref()).unwrap_or_default()
    }

    fn finding_row(&self, it: &FindingLine) -> Row {
        let control = ControlId::from_word(&it.control_id).map(ControlId::entry);
        let trail = self.trails.get(&it.resource_arn);
        let key = trail.and_then(|it| it.key_arn.as_deref());
        let key_account = key.and_then(|it| it.split(':').nth(4));
        let evidence = it.evidence.first();
        let mut operations: Vec<&str> = Vec::new();
        for operation in it.evidence.iter().map(|it| &*it.operation) {
            if !operations.contains(&operation) {
                operations.push(operation);
            }
        }
        self.row()
            .cell(&it.finding_id)
            .cell(&it.control_id)
            .maybe(control.map(|it| it.title))
            .maybe(control.map(|it| it.severity))
            .cell(&it.status)
            .cell(&it.status_reason)
            .cell(&it.account_id)
            .free(self.account_name(&it.account_id))
            .free(self.ou_path(&it.account_id))
            .maybe(it.region.as_ref())
            .cell(&it.resource_type)
            .cell(&it.resource_arn)
            .cell(&it.resource_name)
            .maybe(trail.map(|it| &it.home_region))
            .maybe(trail.map(|it| it.is_organization_trail))
            .maybe(trail.map(|it| it.is_multi_region))
            .maybe(key)
            .maybe(key_account)
            .free(&it.expected)
            .free(&it.observed)
            .free(&it.message)
            .list(operations)
            .maybe(evidence.and_then(|it| it.request_id.as_ref()))
            .maybe(evidence.map(|it| &it.at))
            .list(&it.gap_ids)
            .maybe(control.filter(|_| it.status == "fail").map(|it| it.fix))
    }

    fn trail_row(&self, it: &TrailLine) -> Row {
        let bucket = it.bucket.as_ref().and_then(|it| self.buckets.get(it));
        let is_logging = it.status.iter().filter(|it| it.is_logging == Some(true));
        let errors = it
            .status
            .iter()
            .filter_map(|it| Some(format!("{}={}", it.region, it.latest_delivery_error.as_ref()?)));
        let deviations = it.sampling.deviations.iter().map(|(class, n)| format!("{class}={n}"));
        self.row()
            .cell(&it.trail_arn)
            .cell(&it.name)
            .cell(&it.account_id)
            .free(self.account_name(&it.account_id))
            .free(self.ou_path(&it.account_id))
            .cell(&it.home_region)
            .cell(&it.verdict)
            .cell(&it.key_id_only_rule)
            .cell(it.is_multi_region)
            .cell(it.is_organization_trail)
            .maybe(it.bucket.as_ref())
            .free(it.prefix.as_deref().unwrap_or_default())
            .maybe(bucket.and_then(|it| it.region.as_ref()))
            .maybe(bucket.and_then(|it| it.owner_account_id.as_ref()))
            .maybe(it.kms_key_id.as_ref())
            .maybe(it.key_arn.as_deref().map(|it| self.resolved(it)))
            .cell(it.includes_global_service_events)
            .cell(it.log_file_validation)
            .cell(it.has_custom_event_selectors)
            .cell(it.has_insight_selectors)
            .maybe(it.sns_topic_arn.as_ref())
            .maybe(it.log_group_arn.as_ref())
            .cell(&it.described_from)
            .cell(it.sightings)
            .cell(it.status.len())
            .cell(is_logging.count())
            .maybe(it.status.iter().filter_map(|it| it.latest_delivery.as_ref()).max())
            .free(&errors.collect::<Vec<_>>().join(";"))
            .cell(it.sampling.population)
            .cell(it.sampling.population_counted)
            .cell(&it.sampling.method)
            .cell(it.sampling.tested)
            .cell(it.sampling.sealed)
            .cell(it.sampling.unreadable)
            .cell(it.sampling.left_population)
            .list(deviations)
            .maybe(it.records_read_events)
            .maybe(it.records_write_events)
            .list(&it.excluded_event_sources)
    }

    fn gap_row(&self, it: &GapLine) -> Row {
        self.row()
            .cell(&it.gap_id)
            .maybe(it.account_id.as_ref())
            .free(it.account_id.as_deref().map_or("", |it| self.account_name(it)))
            .maybe(it.region.as_ref())
            .cell(&it.operation)
            .cell(&it.class)
            .free(it.subject.as_deref().unwrap_or_default())
            .maybe(it.http_status)
            .maybe(it.aws_code.as_ref())
            .free(it.message.as_deref().unwrap_or_default())
            .maybe(it.request_id.as_ref())
            .cell(it.attempts)
            .cell(&it.what_to_do)
    }

    fn sample_row(&self, it: &SampleLine) -> Row {
        self.row()
            .cell(&it.trail_arn)
            .cell(&it.bucket)
            .free(&it.object_key)
            .maybe(it.version_id.as_ref())
            .maybe(it.last_modified.as_ref())
            .maybe(it.size)
            .maybe(it.etag.as_ref())
            .maybe(it.sse_algorithm.as_ref())
            .maybe(it.sse_kms_key_id.as_ref())
            .maybe(it.bucket_key)
            .maybe(it.expected_key_arn.as_ref())
            .cell(&it.result)
            .maybe(it.deviation_class.as_ref())
            .cell(&it.selection)
            .cell(it.selection_index)
            .maybe(it.request_id.as_ref())
            .maybe(it.checked_at.as_ref())
            .maybe(it.gap_id.as_ref())
    }

    fn coverage_row(&self, it: &CoverageLine) -> Row {
        let account = self.accounts.get(&it.account_id);
        self.row()
            .cell(&it.account_id)
            .free(self.account_name(&it.account_id))
            .free(self.ou_path(&it.account_id))
            .cell(&it.region)
            .cell(&it.outcome)
            .maybe(it.reason_code.as_ref())
            .maybe(it.gap_id.as_ref())
            .maybe(account.and_then(|it| it.role_arn.as_ref()))
            .cell(&self.run.caller_arn)
            .cell(it.trails_found)
            .cell(it.api_calls)
            .cell(it.throttles)
            .maybe(it.started_at.as_ref())
            .maybe(it.finished_at.as_ref())
    }
}
