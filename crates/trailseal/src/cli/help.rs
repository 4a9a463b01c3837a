//! What follows the flags in `--help`: examples, files, environment, exit codes.

/// Of the program.
pub(crate) const PROGRAM: &str = "\
Examples:
  trailseal demo
      scan a made-up organization, without AWS
  trailseal scan --external-id EXAMPLE
      audit the organization of the caller and leave a folder of reports
  trailseal plan --external-id EXAMPLE
      estimate beforehand what that will read and cost, and list what it lacks
  trailseal report --from trailseal-out/RUN --out again
      make the same reports again, without AWS
  trailseal explain key-usable
      show what this control checks and how to fix a failure

See `trailseal COMMAND --help` for the flags, files and examples of a command.";

/// Of `plan`.
pub(crate) const PLAN: &str = "\
`plan` and `scan` take the same flags, variables and file. Settings that only the run itself uses
(--out, --exceptions, --seed and the like) are checked and do not change the plan.

Examples:
  trailseal plan --external-id EXAMPLE
      print the population, what is missing, calls, minutes and the price of requests to S3
  trailseal plan --config trailseal.toml --json > plan.json
      write the same as one JSON object; its fields are in docs/operations/planning.md
  trailseal plan --config trailseal.toml && trailseal scan --config trailseal.toml
      scan only if nothing is missing

Numbers that depend on the population alone are exact. Those that depend on trails and objects are
`at least`, `about` and `at most`; retries come in addition.

Exit codes:
  0   ready: the plan found nothing missing
  3   something is missing, or accounts may be missing from the list
  2   usage or configuration, also when AWS refuses GetCallerIdentity or ListAccounts
  74  the machine's own output or network failed
  70  internal error";

/// Of `scan`.
pub(crate) const SCAN: &str = "\
Scope:
  --accounts, --exclude-account, --ou and --regions limit what is judged. Targets that are left out
  are `excluded` in coverage.csv, and every report says that the run was SCOPED. Owners of trails,
  keys and buckets outside the scope are still read where something in scope depends on them.
  --skip-control leaves controls out, and what only they need is not asked; the run is SCOPED too.

Examples:
  trailseal scan
      use the caller's credentials, and the role TrailsealAudit in every other account
  trailseal scan --role-name OrganizationAccountAccessRole --log-archive-account 012345678901
      use another role; name the account that owns the buckets
  trailseal scan --ou ou-ab12-cdef3456 --regions us-east-1,eu-west-1 --out evidence/retail
      judge the accounts of one organizational unit in two Regions
  trailseal scan --accounts 012345678901,210987654321
      judge two accounts
  trailseal scan --accounts-file accounts.csv
      list the accounts in a file if ListAccounts is unavailable: CSV with a column account_id, or
      one id on each line; every report says that the population is self-declared
  trailseal scan --window 2026-11-01T00:00:00Z/2026-11-08T00:00:00Z --out evidence/november
      judge the log objects of one week of November
  trailseal scan --deadline 50m
      stop asking in time for the reports; what is not read by then counts as not evaluated
  trailseal scan --resume trailseal-out/RUN
      continue a scan that was interrupted, with its own settings
  trailseal scan --exceptions exceptions.toml
      accept findings and gaps until a date: they stay in every report but no longer affect the
      exit code

Files, in the folder of --out:
  report.html       for people: the verdict first, then what was not read, failures, trails
  causes.csv        one row per thing to change, with all that it affects and the fix
  findings.csv      one row per control and subject, failures first, passes included
  accounts.csv      one row per account: does a sealed trail record it?
  trails.csv  keys.csv  event_data_stores.csv  coverage.csv  gaps.csv  samples.csv  sampling.csv
  sampled_clusters.csv  frameworks.csv
  exceptions.csv    what the file of --exceptions accepts, until when, and who owns it
  trailseal.sarif   for GitHub code scanning; trailseal.full.sarif has what is accepted as well
  run.json          who ran what, when, over what, and with what result
  record.jsonl      everything; all other files are made from it
  .complete         empty, written last
  journal           AWS's answers while the scan runs; kept if it was interrupted or is incomplete
Beside that folder:
  latest.json       names the newest complete scan

Environment:
  AWS credentials, profiles, proxies and AWS_ENDPOINT_URL work as with the AWS CLI.
  TRAILSEAL_LOG     level of the log: off, error, warn, info, debug, trace
  TRAILSEAL_...     the variable of each flag above
  NO_COLOR          no colors
  Precedence: flag, variable, file of --config, default. A list replaces a list.

Exit codes:
  0  everything was read and nothing failed    4   failures found, and the audit is incomplete
  1  failures found                            70  internal error
  2  wrong usage or configuration              74  the run's own disk, output or network failed
  3  the audit is incomplete                   75  interrupted; continue with --resume";

/// Of `replay`.
pub(crate) const REPLAY: &str = "\
Examples:
  trailseal replay trailseal-out/20261120T120000Z-0000 --out again
      make the scan's reports again from AWS's answers
  trailseal replay trailseal-out/20261120T120000Z-0000 --out stricter --tolerable-rate 0.01
      judge the same answers with a stricter rate
  trailseal replay trailseal-out/20261120T120000Z-0000 --out accepted --exceptions exceptions.toml
      see what exceptions would change

A scan leaves its journal if it ends with exit code 3 or 4, or with --keep-journal.

Exit codes:
  as of `scan`; 2 also if a setting would change what was asked";

/// Of `demo`.
pub(crate) const DEMO: &str = "\
The organization is made up, but the scan is the real one: the same calls through the AWS SDK, the
same judging, the same reports, each of which says SIMULATION. Nothing leaves this machine; AWS
credentials and TRAILSEAL_... variables are ignored. Two demonstrations show the same.

Examples:
  trailseal demo
      leave the reports in trailseal-out/demo, instead of an earlier demonstration's
  trailseal demo --out show --quiet
      leave them in another folder, without progress

Exit codes:
  0  the demonstration worked, whatever it found; it shows what `scan` would have returned
  2  wrong usage, or a wrong scenario      70  internal error
                                           74  the run's own disk or output failed";

/// Of `sim`.
pub(crate) const SIM: &str = "\
Answers any client of STS, Organizations, Account Management, CloudTrail, KMS and S3: this program,
the AWS SDKs, the AWS CLI. Prints the lines to paste into another shell, then serves until it is
interrupted. The simulated time starts at --start. Listens on loopback addresses only.

Examples:
  trailseal sim
      serve the scenario `demo` on a free port
  trailseal sim --port 4599 --scenario my-organization.toml --seed 7
      serve a scenario from a file, with another seed than the file's
  trailseal sim --json > sim.json & sleep 1; jq -r .endpoint sim.json
      print JSON, for scripts

Exit codes:
  0  it was interrupted (Ctrl-C, SIGTERM)
  2  wrong usage, a wrong scenario, or the port is taken";

/// Of `report`.
pub(crate) const REPORT: &str = "\
Examples:
  trailseal report --from trailseal-out/20261120T120000Z-0000 --out again
  diff -r trailseal-out/20261120T120000Z-0000 again
      show that both folders are the same: nothing is printed

Exit codes:
  0  the reports are written              70  internal error
  2  wrong usage or not a record          74  the run's own disk or output failed";

/// Of `explain`.
pub(crate) const EXPLAIN: &str = "\
Examples:
  trailseal explain key-policy-allows-cloudtrail
  trailseal explain account-covered | less";

/// Of `iam`.
pub(crate) const IAM: &str = "\
Who gets what:
  caller       lists the organization, assumes the audit role elsewhere, reads its own account; has
               no trust policy, because that depends on what starts the scan
  member       the audit role of every member account, as a StackSet
  management   the same role in the management account, which StackSets do not reach
  log-archive  the same role in the account that owns the buckets; name them with --bucket
  Every policy denies kms:Decrypt. Accounts whose logs are in other buckets need the member's.

Examples:
  trailseal iam --for caller --caller arn:aws:iam::111122223333:role/TrailsealCaller
      print the policy of the role that runs the scan as JSON
  trailseal iam --for member --caller arn:aws:iam::111122223333:role/TrailsealCaller \\
      --organization o-a1b2c3d4e5 --external-id EXAMPLE --format cloudformation > member.yaml
      make the template of the StackSet; it takes the external id as a parameter
  trailseal iam --for log-archive --caller arn:aws:iam::111122223333:role/TrailsealCaller \\
      --bucket org-logs/o-a1b2c3d4e5 --config trailseal.toml --format terraform > log-archive.tf
      read logs below one prefix of one bucket; role name and external id as in the scan's file
  trailseal iam --for member --caller ARN --skip-control key-readers-limited | jq .TrustPolicy
      leave out what only this control needs; print the trust policy alone

Exit codes:
  0  the policy is printed
  2  wrong usage, or a policy that is too long for IAM
  74 the output could not be written";

/// Of `completions`.
pub(crate) const COMPLETIONS: &str = "\
Examples:
  trailseal completions bash > ~/.local/share/bash-completion/completions/trailseal
  trailseal completions zsh > ~/.zfunc/_trailseal
  trailseal completions fish > ~/.config/fish/completions/trailseal.fish";
