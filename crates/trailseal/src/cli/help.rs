//! What stands below the flags in `--help`: examples, files, environment, exit codes.

/// Of the program.
pub(super) const PROGRAM: &str = "\
Examples:
  trailseal demo
      scans a made-up organization, without AWS, and leaves a folder of reports
  trailseal scan --external-id EXAMPLE
      audits the organization of the caller and leaves a folder of reports
  trailseal report --from trailseal-out/RUN/record.jsonl --out again
      makes the same reports again, without AWS
  trailseal explain key-usable
      prints what this control checks and how to fix a failure

`trailseal COMMAND --help` has the flags, files and examples of a command.";

/// Of `scan`.
pub(super) const SCAN: &str = "\
Scope:
  --accounts, --exclude-account, --ou and --regions limit what is judged. What is left out has its
  row `excluded` in coverage.csv, and every report says that the run was SCOPED. Owners of trails,
  keys and buckets that are left out are still read where something in scope hangs on them.

Examples:
  trailseal scan
      with the caller's credentials and the role TrailsealAudit in every other account
  trailseal scan --role-name OrganizationAccountAccessRole --log-archive-account 012345678901
      with another role; one account is known to own the buckets
  trailseal scan --ou ou-ab12-cdef3456 --regions us-east-1,eu-west-1 --out evidence/retail
      only accounts of one organizational unit, in two Regions
  trailseal scan --accounts 012345678901,210987654321
      only two accounts
  trailseal scan --accounts-file accounts.txt
      where ListAccounts is denied: the accounts of a file (one a line: 012345678901 or
      012345678901,name); every report says that the population is self-declared
  trailseal scan --window 2026-11-01T00:00:00Z/2026-11-08T00:00:00Z --out evidence/november
      judges the log objects of one week of November
  trailseal scan --exceptions exceptions.toml
      what the file accepts stays in every report and leaves the exit code

Files, in the folder of --out:
  report.html       for people: the verdict first, then what was not read, failures, trails
  findings.csv      one row per control and subject, passes included
  accounts.csv      one row per account: are its logs sealed?
  trails.csv  keys.csv  event_data_stores.csv  coverage.csv  gaps.csv  samples.csv
  exceptions.csv    what the file of --exceptions accepts, until when, and who answers for it
  trailseal.sarif   for GitHub code scanning; trailseal.full.sarif has what is accepted as well
  run.json          who ran what, when, over what, and what it came to
  record.jsonl      everything; all other files are made from it
  .complete         empty, written last

Environment:
  AWS credentials, profiles, proxies and AWS_ENDPOINT_URL work as with the AWS CLI.
  TRAILSEAL_LOG     the level of the log: off, error, warn, info, debug, trace
  TRAILSEAL_...     every flag above that shows one; a flag goes before it, and it goes before the
                    file of --config

Exit codes:
  0  all was read and nothing failed      3  something was not read or not proven
  1  findings failed                      4  both 1 and 3
  2  wrong usage or configuration         70 internal error";

/// Of `demo`.
pub(super) const DEMO: &str = "\
The organization is made up, but the scan is the real one: the same calls through the AWS SDK, the
same judging, the same reports, of which each says SIMULATION. Nothing leaves this machine; AWS
credentials and TRAILSEAL_... settings are not looked at. Two demonstrations show the same.

Examples:
  trailseal demo
      leaves the reports in trailseal-out/demo, in place of an earlier demonstration's
  trailseal demo --out show --quiet
      in another folder, without progress

Exit codes:
  0  the demonstration worked, whatever it found; it says what `scan` would have returned
  2  wrong usage, or a wrong scenario      70 internal error";

/// Of `sim`.
pub(super) const SIM: &str = "\
Answers as STS, Organizations, Account Management, CloudTrail, KMS and S3 do, to whatever speaks
their protocols: this program, the AWS SDKs, the AWS CLI. Prints the lines to paste into another
shell, then serves until it is interrupted. Times go on from --start. Loopback only.

Examples:
  trailseal sim
      the scenario `demo` on a free port
  trailseal sim --port 4599 --scenario my-organization.toml --seed 7
      a scenario from a file, with another seed than the file's
  trailseal sim --json > sim.json & sleep 1; jq -r .endpoint sim.json
      for scripts

Exit codes:
  0  it was interrupted (Ctrl-C, SIGTERM)
  2  wrong usage, a wrong scenario, or the port is taken";

/// Of `report`.
pub(super) const REPORT: &str = "\
Examples:
  trailseal report --from trailseal-out/20261120T120000Z-0000/record.jsonl --out again
  diff -r trailseal-out/20261120T120000Z-0000 again
      says nothing: both folders are the same";

/// Of `explain`.
pub(super) const EXPLAIN: &str = "\
Examples:
  trailseal explain key-policy-allows-cloudtrail
  trailseal explain account-covered | less";

/// Of `completions`.
pub(super) const COMPLETIONS: &str = "\
Examples:
  trailseal completions bash > ~/.local/share/bash-completion/completions/trailseal
  trailseal completions zsh > ~/.zfunc/_trailseal
  trailseal completions fish > ~/.config/fish/completions/trailseal.fish";
