//! What follows the flags in `--help`: examples, files, environment, exit codes.

/// Of the program.
pub(crate) const PROGRAM: &str = "\
Examples:
  trailseal demo
      scan a made-up organization, without AWS
  trailseal scan --external-id EXAMPLE
      audit the organization of the caller and leave a folder of reports
  trailseal plan --external-id EXAMPLE
      say beforehand what that will read, cost and lack
  trailseal report --from trailseal-out/RUN --out again
      make the same reports again, without AWS
  trailseal explain key-usable
      show what this control checks and how to fix a failure

See `trailseal COMMAND --help` for the flags, files and examples of a command.";

/// Of `plan`.
pub(crate) const PLAN: &str = "\
`plan` and `scan` take the same flags, variables and file: change the one word. What only the run
itself uses (--out, --exceptions, --seed and the like) is read and checked, and changes nothing in
the plan.

Examples:
  trailseal plan --external-id EXAMPLE
      print the population, what is missing, calls, minutes and the price of requests to S3
  trailseal plan --config trailseal.toml --json > plan.json
      write the same as one JSON object; its fields are in docs/operations/planning.md
  trailseal plan --config trailseal.toml && trailseal scan --config trailseal.toml
      scan only if nothing is missing

Numbers are exact where the population decides them. Where trails and objects decide, they are
given as `at least`, `about` and `at most`; retries come on top.

Exit codes:
  0   ready: nothing is missing that a plan can tell
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
  trailseal scan --exceptions exceptions.toml
      accept findings and gaps until a date: they stay in every report but no longer affect the
      exit code

Files, in the folder of --out:
  report.html       for people: the verdict first, then what was not read, failures, trails
  findings.csv      one row per control and subject, passes included
  accounts.csv      one row per account: are its logs sealed?
  trails.csv  keys.csv  event_data_stores.csv  coverage.csv  gaps.csv  samples.csv  sampling.csv
  sampled_cells.csv
  exceptions.csv    what the file of --exceptions accepts, until when, and who owns it
  trailseal.sarif   for GitHub code scanning; trailseal.full.sarif has what is accepted as well
  run.json          who ran what, when, over what, and with what result
  record.jsonl      everything; all other files are made from it
  .complete         empty, written last

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
  3  the audit is incomplete";

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
Answers as STS, Organizations, Account Management, CloudTrail, KMS and S3 do, to whatever speaks
their protocols: this program, the AWS SDKs, the AWS CLI. Prints the lines to paste into another
shell, then serves until it is interrupted. Times go on from --start. Loopback only.

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

/// Of `completions`.
pub(crate) const COMPLETIONS: &str = "\
Examples:
  trailseal completions bash > ~/.local/share/bash-completion/completions/trailseal
  trailseal completions zsh > ~/.zfunc/_trailseal
  trailseal completions fish > ~/.config/fish/completions/trailseal.fish";
