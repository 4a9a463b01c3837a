//! What the page must be.

mod fixture;
mod markup;

use std::collections::BTreeMap;
use std::io::{self, Write};

use sha2::{Digest, Sha256};
use trailseal_model::{
    ControlId, LogsSealed, OtherTrailsAnswer, Outcome, PopulationSource, Reason, RecordedBySealed,
    Severity, Status, Verdict,
};
use trailseal_record::fixture as record;
use trailseal_record::v1::{CauseLine, EndpointLine, FixStepLine, Line, RunLine};
use trailseal_record::{FileName, Folder, RecordReader, ReportError, report_all};

use crate::text::{MAX_BLOCK, Markup};
use crate::{FORMAT, causes, words};

fn page(lines: impl IntoIterator<Item = Line>) -> String {
    let folder = record::MemoryFolder::default();
    let mut report = (FORMAT.open)(&folder).unwrap();
    for line in lines {
        report.add(&line).unwrap();
    }
    report.finish(&folder).unwrap();
    assert_eq!(folder.files(), FORMAT.files);
    folder.text(FORMAT.files[0])
}

/// A clean record of one account, changed.
fn clean(change: impl FnOnce(&mut RunLine)) -> String {
    let id = "000000000001";
    let mut run = fixture::run();
    change(&mut run);
    page(record::settled(vec![
        Line::Run(Box::new(run)),
        Line::Account(Box::new(fixture::account(id, "One", Some("sealed")))),
        Line::Trail(Box::new(fixture::trail(id, "t", "sealed"))),
        Line::Coverage(Box::new(fixture::coverage(id, "eu-central-1", "evaluated", None))),
    ]))
}

/// A record with these causes and nothing else.
fn with_causes(causes: impl IntoIterator<Item = CauseLine>) -> String {
    let mut lines: Vec<Line> =
        causes.into_iter().map(|cause| Line::Cause(Box::new(cause))).collect();
    lines.push(Line::Run(Box::new(fixture::run())));
    page(record::settled(lines))
}

/// Every number that the page states by name: the ids and values of its `data`.
fn numbers(page: &str) -> BTreeMap<String, u64> {
    let tags = markup::tags(page);
    let data = tags.iter().filter(|tag| tag.name == "data");
    data.map(|tag| {
        let value = |name| markup::value(tag, name).unwrap();
        (value("id").to_owned(), value("value").parse().unwrap())
    })
    .collect()
}

/// The sum of the numbers whose names begin so.
fn sum(numbers: &BTreeMap<String, u64>, start: &str) -> u64 {
    numbers.iter().filter(|(name, _)| name.starts_with(start)).map(|(_, count)| count).sum()
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    askama::filters::Escaper::write_escaped_str(&Markup, &mut out, text).unwrap();
    out
}

#[test]
fn hostile_names_are_text() {
    let page = page(fixture::rich());
    for name in fixture::HOSTILE {
        assert!(page.contains(&format!("<bdi class=\"name\">{}</bdi>", escaped(name))), "{name}");
    }
    let allowed = [
        "a", "b", "bdi", "body", "br", "caption", "code", "data", "dd", "details", "div", "dl",
        "dt", "footer", "h1", "h2", "h3", "h4", "head", "header", "html", "li", "main", "meta",
        "nav", "ol", "p", "pre", "rect", "section", "span", "style", "summary", "svg", "table",
        "tbody", "td", "tfoot", "th", "thead", "title", "tr", "ul",
    ];
    let tags = markup::tags(&page);
    let bold = tags.iter().filter(|it| it.name == "b");
    assert!(bold.clone().count() > 10, "the page has bold text of its own");
    for tag in &tags {
        assert!(allowed.contains(&tag.name), "<{}>", tag.name);
        for attribute in &tag.attributes {
            assert!(!attribute.starts_with("on") && *attribute != "style", "{tag:?}");
            assert!(!matches!(*attribute, "src" | "action" | "srcdoc" | "srcset"), "{tag:?}");
        }
    }
    for text in ["<b>bold", "</script", "<img", "<!--", "<style>*", "\u{202e}", "\u{2066}"] {
        assert!(!page.contains(text), "{text}");
    }
    assert!(!page.contains(|it: char| it.is_control() && it != '\n'));
}

#[test]
fn only_the_stylesheet_and_its_policy_are_written_as_they_are() {
    let templates = [
        include_str!("../templates/accounts.html"),
        include_str!("../templates/causes.html"),
        include_str!("../templates/coverage.html"),
        include_str!("../templates/exceptions.html"),
        include_str!("../templates/findings.html"),
        include_str!("../templates/keys.html"),
        include_str!("../templates/macros.html"),
        include_str!("../templates/method.html"),
        include_str!("../templates/numbers.html"),
        include_str!("../templates/page.html"),
        include_str!("../templates/trails.html"),
    ]
    .concat();
    assert_eq!(templates.matches("|safe").count(), 2);
    assert!(templates.contains("{{ policy|safe }}") && templates.contains("{{ style|safe }}"));
    for word in ["| safe", "|escape", "autoescape", "<script", "http://", "https://"] {
        assert!(!templates.contains(word), "{word}");
    }
}

#[test]
fn the_policy_allows_the_stylesheet_that_is_there_and_nothing_else() {
    let page = page(fixture::rich());
    let between = |start: &str, end: &str| {
        let (_, rest) = page.split_once(start).unwrap();
        rest.split_once(end).unwrap().0
    };
    let style = between("<style>", "</style>");
    let policy = between("http-equiv=\"Content-Security-Policy\" content=\"", "\">");
    let hash = between("style-src 'sha256-", "'");
    assert_eq!(markup::bytes(hash), Sha256::digest(style.as_bytes()).to_vec());
    let expected = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"
    );
    assert_eq!(policy, expected);
    assert!(page.find("Content-Security-Policy") < page.find("<style>"));
    assert_eq!(page.matches("<style").count(), 1);
    for tag in markup::tags(&page).iter().filter(|it| it.name == "a") {
        assert!(tag.text.contains("href=\"#"), "{}", tag.text);
    }
}

#[test]
fn markup_is_well_formed() {
    let large = page(fixture::large(700, 400));
    let accepted = page(fixture::accepted());
    let landing = page(fixture::landing_zone(50));
    let hostile = page(record::lines());
    let few = [page(fixture::rich()), page(fixture::empty()), clean(|_| ())];
    for page in few.into_iter().chain([large, accepted, landing, hostile]) {
        assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"));
        markup::check_nesting(&page);
        markup::check_ids(&page);
        markup::check_headings(&page);
        markup::check_tables(&page);
    }
}

#[test]
fn every_word_stands_with_its_symbol_and_label() {
    let page = page(fixture::rich());
    let marks = Status::ALL
        .iter()
        .map(|it| words::status(*it))
        .chain(Verdict::ALL.iter().map(|it| words::verdict(*it)))
        .chain(Outcome::ALL.iter().map(|it| words::outcome(*it)))
        .chain(LogsSealed::ALL.iter().map(|it| words::answer(Some(*it))))
        .chain([words::answer(None)])
        .chain(RecordedBySealed::ALL.iter().map(|it| words::recorded(Some(*it))))
        .chain(
            [OtherTrailsAnswer::None, OtherTrailsAnswer::Unsealed]
                .map(|it| words::other_trails(Some(it))),
        )
        .chain([Severity::High].map(words::severity));
    for mark in marks {
        let chip = format!(
            "<span class=\"chip {}\"><span aria-hidden=\"true\">{}</span> {}</span>",
            mark.class, mark.symbol, mark.label
        );
        assert!(page.contains(&chip), "{mark}");
    }
    for outcome in Outcome::ALL {
        assert!(page.contains(&format!("<code class=\"word\">{outcome}</code>")), "{outcome}");
    }
}

#[test]
fn the_verdict_comes_first() {
    let page = page(fixture::rich());
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}"));
    let order = [
        "<h1 id=\"verdict\" class=\"bad\">3 of 21 accounts are recorded by a sealed trail.</h1>",
        "The rest: 4 unproven, 5 by unsealed trails only, 9 not covered.",
        "Other trails: unsealed in 5 accounts, unproven in 4 accounts, sealed in 9 accounts, none in 3 accounts.",
        "Logs of all trails taken together, by account: 5 unsealed, 9 not covered, 4 unproven, 3 sealed.",
        "Of 11 trails 3 are sealed, 5 unsealed, 3 unproven.",
        "would have passed 10 of 11 trails; 7 of those are not shown to be sealed.",
        "Part of the organization was not read",
        "What to change first:",
        "Exit code 4",
        "<h2 id=\"causes\">",
        "<h2 id=\"limits\" class=\"unseen\">",
        "<h2 id=\"numbers\">",
        "<h2 id=\"coverage\">",
        "<h2 id=\"accounts\">",
        "<h2 id=\"findings\">",
        "<h2 id=\"trails\">",
        "<h2 id=\"keys\">",
        "<h2 id=\"method\">",
    ];
    assert!(order.is_sorted_by_key(|it| at(it)));
}

#[test]
fn unsealed_trails_come_first_and_sealed_ones_are_closed() {
    let page = page(fixture::rich());
    let details = markup::tags(&page);
    let is_trail = |tag: &markup::Tag<'_>| markup::value(tag, "class") == Some("trail");
    let details: Vec<_> = details.iter().filter(|tag| is_trail(tag)).collect();
    let open = |it: &markup::Tag<'_>| it.text.ends_with(" open>");
    assert_eq!(details.iter().map(|it| open(it)).collect::<Vec<_>>(), {
        let mut expected = vec![true; 8];
        expected.extend([false; 3]);
        expected
    });
    let chain = ["Trail:", "Key:", "Policy:", "Delivery:", "Objects:"];
    let first = page.split("<details class=\"trail\"").nth(1).unwrap();
    assert!(chain.is_sorted_by_key(|it| first.find(&format!("<h4>{it}")).unwrap()));
    assert!(first.contains("<h4>Objects: <span class=\"state bad\">fail</span></h4>"));
}

/// One endpoint of two services, and whether it is AWS's own.
fn endpoints(is_aws: bool) -> Vec<EndpointLine> {
    let line = |service: &str| EndpointLine {
        service: service.to_owned(),
        url: "http://127.0.0.1:5000".to_owned(),
        is_aws,
    };
    vec![line("sts"), line("kms")]
}

#[test]
fn banners_appear_exactly_when_they_should() {
    const TITLES: [&str; 11] = [
        "SCOPED: this run was limited",
        "The list of accounts is self-declared; nothing proves that it is complete",
        "One account, not an organization",
        "The list of accounts may not be whole",
        "Part of the organization was not read",
        "Not everything is proven",
        "The record contradicts itself",
        "SIMULATION: nothing here is about real accounts",
        "Exceptions have expired, or cover nothing",
        "Exceptions accept a part of this",
        "ENDPOINTS: not all answers came from endpoints of AWS",
    ];
    let check = |page: &str, expected: &[usize]| {
        let shown = |title: &str| page.contains(&format!("</span> {title}</h3>"));
        for (index, title) in TITLES.iter().enumerate() {
            assert_eq!(shown(title), expected.contains(&index), "{title}");
        }
        assert_eq!(page.contains("id=\"limits\""), !expected.is_empty());
    };
    check(&clean(|_| ()), &[]);
    check(&page(fixture::empty()), &[]);
    check(&page(fixture::rich()), &[4, 5]);
    check(&page(fixture::accepted()), &[4, 5, 8, 9]);
    check(&clean(|it| it.exceptions.warnings = vec!["W".to_owned()]), &[8]);
    check(&clean(|it| it.exceptions.gaps = 1), &[9]);
    let scoped = clean(|it| {
        it.scope.is_limited = true;
        it.scope.accounts = vec![record::id(1), record::id(9)];
        it.scope.regions = vec![record::region("eu-central-1")];
    });
    check(&scoped, &[0]);
    let only =
        "Only these accounts: <bdi class=\"name\">One</bdi> <span class=\"id\">000000000001</span>";
    assert!(scoped.contains(only) && scoped.contains("<span class=\"id\">000000000009</span>"));
    assert!(scoped.contains("Only these Regions: <span class=\"id\">eu-central-1</span>"));
    let skipping = clean(|it| {
        it.scope.is_limited = true;
        it.scope.skipped_controls = vec![ControlId::KeyUsable];
    });
    check(&skipping, &[0]);
    assert!(skipping.contains("None of these controls: <span class=\"id\">key-usable</span>"));
    assert!(skipping.contains("is never called sealed") && !scoped.contains("never called sealed"));
    check(&clean(|it| it.population_source = PopulationSource::AccountsFile), &[1]);
    check(&clean(|it| it.population_source = PopulationSource::StandaloneAccount), &[2]);
    check(&clean(|it| it.population_complete = false), &[3]);
    let simulated = clean(|it| it.simulation = Some("<demo>".to_owned()));
    check(&simulated, &[7]);
    assert!(simulated.contains("the scenario &lt;demo&gt;: accounts"));
    assert!(simulated.contains("a simulation, scenario &lt;demo&gt;"));
    let emulated = clean(|it| it.endpoints = endpoints(false));
    check(&emulated, &[10]);
    assert!(emulated.contains("<span class=\"id\">http://127.0.0.1:5000 (kms, sts)</span>"));
    let private = clean(|it| it.endpoints = endpoints(true));
    check(&private, &[]);
    assert!(private.contains("AWS, at http://127.0.0.1:5000 (kms, sts)"));
    let mut lines = fixture::rich();
    lines.retain(|it| !matches!(it, Line::Trail(_)));
    check(&page(lines), &[4, 5, 6]);
}

#[test]
fn what_is_limited_or_missing_never_looks_good() {
    let class = |page: &str| {
        let (_, rest) = page.split_once("<h1 id=\"verdict\" class=\"").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    };
    assert_eq!(class(&clean(|_| ())), "good");
    assert_eq!(class(&clean(|it| it.population_complete = false)), "open");
    assert_eq!(class(&clean(|it| it.population_source = PopulationSource::AccountsFile)), "open");
    assert_eq!(class(&clean(|it| it.scope.is_limited = true)), "open");
    assert_eq!(class(&clean(|it| it.simulation = Some("demo".to_owned()))), "open");
    assert_eq!(class(&clean(|it| it.endpoints = endpoints(false))), "open");
    assert_eq!(class(&clean(|it| it.endpoints = endpoints(true))), "good");
    assert_eq!(class(&clean(|it| it.exceptions.targets = 1)), "open");
    let standalone = clean(|it| it.population_source = PopulationSource::StandaloneAccount);
    assert_eq!(class(&standalone), "good");
    let mut lines = fixture::rich();
    lines.retain(|it| matches!(it, Line::Run(_)));
    assert_eq!(class(&page(lines)), "open", "the run line promises more");
    assert_eq!(class(&page(fixture::empty())), "open");
    assert_eq!(class(&page(fixture::rich())), "bad");
}

/// A link of the chain of which a part was skipped: the rest of it may be right.
#[test]
fn a_link_without_one_of_its_controls_never_looks_right() {
    let states = |skipped: bool| {
        let mut lines = fixture::rich();
        for line in &mut lines {
            if let Line::Finding(finding) = line
                && finding.control_id == ControlId::KeyCustomerManaged
                && finding.status == Status::Pass
                && skipped
            {
                (finding.status, finding.status_reason) = (Status::NotApplicable, Reason::Skipped);
            }
        }
        let page = page(lines);
        let title =
            |state: &str| page.matches(&format!("<h4>Key: <span class=\"state {state}")).count();
        (title("good\">pass"), title("open\">skipped"))
    };
    let (right, none) = states(false);
    assert!(right > 0 && none == 0, "{right} {none}");
    assert_eq!(states(true), (0, right));
}

#[test]
fn what_is_accepted_stays_where_it_is_and_is_marked() {
    let (plain, page) = (page(fixture::rich()), page(fixture::accepted()));
    let mark = "<p class=\"accepted\"><span class=\"chip none\"><span aria-hidden=\"true\">◇</span> accepted</span> exception gap 1, <bdi>SEC-1</bdi>, valid through 2027-03-31</p>";
    assert!(!plain.contains("accepted</span>") && !plain.contains("id=\"exceptions\""));
    // Five findings, of which four stand in the chain of their trail, too, and two accounts' Regions.
    assert_eq!(page.matches(mark).count(), 11, "{mark}");
    let chips = |page: &str, label: &str| page.matches(&format!("</span> {label}</span>")).count();
    for label in ["fail", "not proven", "pass", "sealed", "unsealed", "not read", "partly read"] {
        assert_eq!(chips(&plain, label), chips(&page, label), "{label}");
    }
    for text in [
        "Exceptions accept 8 of them.",
        "5 findings, 8 gaps, 8 targets keep their status and do not count for the exit code",
        "<span class=\"quiet\">8 accepted</span>",
        "<h2 id=\"exceptions\">Exceptions</h2>",
        "owner <bdi>platform@example.com</bdi>, approved by <bdi>ciso@example.com</bdi> on 2026-10-01",
        "<td>would cover 1 finding, 8 gaps, 8 targets</td>",
        "</span> expired</span> <b>1</b>",
        "</span> covers nothing</span> <b>1</b>",
        "exception gap 2 (&lt;/script&gt;&lt;b&gt;bold",
    ] {
        assert!(page.contains(text), "{text}");
    }
    let at = |text: &str| page.rfind(text).unwrap();
    assert!(at("<bdi>SEC-2</bdi><br>") < at("<bdi>SEC-1</bdi><br>"), "the expired one comes first");
}

#[test]
fn a_record_of_nothing_gives_a_page_that_says_so() {
    let page = page(fixture::empty());
    for text in [
        "No trail was seen.",
        "No account was judged.",
        "No control failed.",
        "No trail and no store names a key.",
        "No CloudTrail Lake event data store was seen.",
        "Nothing that should have been read is missing.",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert!(!page.contains("more trails"));
}

#[test]
fn sightings_that_differ_are_shown_with_the_first_and_what_they_show() {
    let page = page(fixture::rich());
    let shown = "shown otherwise by <bdi>1,200 of them, first 111122223333 in eu-west-1: KmsKeyId is not set, S3KeyPrefix is ";
    assert_eq!(page.matches(shown).count(), 3);
    assert!(page.contains("<br>and 1 more</dd>"));
}

#[test]
fn what_is_cut_says_how_much_and_where_the_rest_is() {
    let lines = fixture::large(6_000, 400);
    let page = page(lines);
    for text in [
        "<b>1,072 more rows (account and reason)</b> are not shown here. All are in <code>coverage.csv</code>.",
        "<b>5,800 more accounts</b> are not shown here. All are in <code>accounts.csv</code>.",
        "<b>5,370 more failures of this control</b> are not shown here. All are in <code>findings.csv</code>.",
        "<b>570 more findings of this control</b> are not shown here.",
        "<b>300 more trails</b> are not shown here. All are in <code>trails.csv</code>.",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert_eq!(page.matches("<details class=\"trail\"").count(), 100);
    assert_eq!(page.matches("<details class=\"trail\" open>").count(), 20);
    assert!(page.contains("Of 400 trails 134 are sealed, 133 unsealed, 133 unproven."));
    assert_eq!(numbers(&page)["n-targets"], 204_000, "6,000 accounts x 34 Regions");
}

#[test]
fn a_page_of_a_large_organization_stays_small() {
    let size = page(fixture::large(2_000, 600)).len();
    assert!(size < 5_000_000, "{size} bytes");
}

#[test]
fn the_same_record_gives_the_same_bytes() {
    assert_eq!(page(fixture::rich()), page(fixture::rich()));
}

#[test]
fn a_record_at_fault_gives_no_page() {
    let folder = record::MemoryFolder::default();
    let open = || (FORMAT.open)(&folder).unwrap();
    let account = Line::Account(Box::new(record::account(1)));
    let problem = open().add(&account).unwrap_err();
    assert_eq!(problem.to_string(), "the record does not begin with its run");
    assert!(open().finish(&folder).unwrap_err().is_of_record());
    let whole = record::record(&record::lines());
    let cut = &whole[..whole.len() - 20];
    let reader = RecordReader::new(cut.as_bytes());
    assert!(report_all(reader, vec![open()], &folder).unwrap_err().is_of_record());
    assert!(folder.files().is_empty(), "half a page was written");
}

#[test]
fn a_disk_that_fails_is_named_with_the_page() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::other("full"))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    impl Folder for Full {
        fn create(&self, _: FileName) -> io::Result<Box<dyn Write>> {
            Ok(Box::new(Self))
        }
    }
    let mut report = (FORMAT.open)(&Full).unwrap();
    report.add(&Line::Run(Box::new(fixture::run()))).unwrap();
    let problem = report.finish(&Full).unwrap_err();
    assert!(matches!(problem, ReportError::Disk { .. }), "{problem}");
    assert_eq!(problem.to_string(), "report.html cannot be written: full");
}

#[test]
fn a_finding_shows_its_evidence_and_a_gap_what_to_do() {
    let page = page(fixture::rich());
    let id = fixture::gap_id("000000000008", Some("eu-central-1"), "DescribeKey");
    assert!(!page.contains(&id), "the gap is described in words");
    for text in [
        "<b>DescribeKey</b>: <code>denied_by_resource_policy</code> (AccessDenied)",
        "request <code>7f3c9c2e-0000-4222-8333-944455566677</code>",
        "and 5 more in the record",
        "all 34 Regions",
        "4 Regions: us-east-1, us-east-2, us-west-1, us-west-2",
        "The cluster-weighted rate of deviations is 18.11 % at most.",
    ] {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn every_cause_has_its_facts_its_fix_and_what_it_affects() {
    let page = page(record::lines());
    let part = page.split("<details class=\"trail cause\"").nth(1).unwrap();
    let key = record::key_arn(2);
    let inside = [
        format!("<h3 id=\"cause-{}\">", record::disabled_key().cause_id),
        "KMS key 1234abcd-12ab-34cd-56ef-000000000002 is disabled".to_owned(),
        "2 failed findings, 1 finding not proven in 1 account".to_owned(),
        "<pre><code>KeyState: Disabled\n</code></pre>".to_owned(),
        format!("<b><bdi>Enable the key {key}</bdi>.</b>"),
        "<dt>Who</dt><dd>an administrator of the account</dd>".to_owned(),
        "<span class=\"id\">000000000002</span>, us-east-1".to_owned(),
        "<dt>First</dt><dd><bdi>Find out why the key was disabled</bdi></dd>".to_owned(),
        "again</bdi></dd></div>\n<div><dt>Findings without another cause</dt><dd>2 of 3</dd>"
            .to_owned(),
        "Run with credentials of account 000000000002</bdi>:".to_owned(),
        format!(
            "<pre><code>aws kms enable-key --region us-east-1 --key-id &#39;{key}&#39;\n</code></pre>"
        ),
        "<dt>Failed findings</dt><dd>2</dd>".to_owned(),
        "<code>key-usable</code>, <code>trail-delivering</code>, <code>log-objects-sealed</code>"
            .to_owned(),
        "<a href=\"#trail-1\"><bdi>old</bdi></a>".to_owned(),
        "<summary>1 account</summary>".to_owned(),
        "<summary>1 Region</summary>".to_owned(),
    ];
    let mut rest = part;
    for text in &inside {
        let at = rest.find(text.as_str()).unwrap_or_else(|| panic!("{text} in {rest}"));
        rest = &rest[at..];
    }
    for text in [
        "Review, then add to the NotAction list of the statement that denies</bdi>:",
        "<pre><code>[\n  &#34;cloudtrail:DescribeTrails&#34;,\n",
        "Add to exceptions.toml</bdi>:\n<pre><code>[[gap]]\nclass = &#34;denied_by_scp&#34;\n",
        "<dt>Risks</dt><dd><bdi>every principal may then read the names of trails there</bdi>",
        "who maintains the organization&#39;s policies",
        "<dt>Findings without another cause</dt><dd>0 of 1</dd>",
    ] {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn an_order_begins_with_a_capital_letter() {
    let mut cause = record::disabled_key();
    cause.fix.change = "enable it".to_owned();
    cause.fix.first = Some("ärger dich nicht".to_owned());
    let page = with_causes([cause]);
    assert!(page.contains("<b><bdi>Enable it</bdi>.</b>"));
    assert!(page.contains("<dt>First</dt><dd><bdi>ärger dich nicht</bdi></dd>"));
}

#[test]
fn causes_come_directly_under_the_headline_the_gravest_first() {
    let page = page(record::lines());
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}"));
    assert!(at("</nav>\n<main id=\"report\">\n<section aria-labelledby=\"causes\">") > 0);
    let ids: Vec<String> = record::lines()
        .iter()
        .filter_map(|line| match line {
            Line::Cause(cause) => Some(format!("<h3 id=\"cause-{}\">", cause.cause_id)),
            _ => None,
        })
        .collect();
    assert_eq!(ids.len(), 3);
    assert!(ids.is_sorted_by_key(|id| at(id)));
}

#[test]
fn hostile_texts_of_causes_are_text() {
    let causes = record::HOSTILE.iter().enumerate().map(|(number, hostile)| {
        let mut cause = record::region_deny();
        (cause.cause_id, cause.title) = (format!("{number:016x}"), (*hostile).to_owned());
        (cause.subject, cause.fact) = ((*hostile).to_owned(), (*hostile).to_owned());
        cause.fix.change = (*hostile).to_owned();
        cause.fix.resource = Some((*hostile).to_owned());
        (cause.fix.first, cause.fix.risks) = (Some((*hostile).to_owned()), None);
        cause.fix.brings = (*hostile).to_owned();
        let command = FixStepLine::Command { command: (*hostile).to_owned() };
        cause.fix.steps.push(command);
        cause
    });
    let page = with_causes(causes);
    markup::check_nesting(&page);
    markup::check_ids(&page);
    for hostile in record::HOSTILE {
        assert!(page.contains(&format!("<dd><bdi>{}</bdi>", escaped(hostile))), "{hostile}");
        let lines: Vec<String> = hostile.lines().map(escaped).collect();
        let block = format!("<pre><code>{}\n</code></pre>", lines.join("\n"));
        assert_eq!(page.matches(&block).count(), 2, "{hostile}");
    }
    for text in ["<script", "<img", "\u{202e}"] {
        assert!(!page.contains(text), "{text}");
    }
}

#[test]
fn a_command_is_shown_whole_or_not_at_all() {
    let mut cause = record::disabled_key();
    let long = format!("aws kms enable-key --key-id {}", "x".repeat(MAX_BLOCK));
    cause.fix.steps = vec![FixStepLine::Command { command: long.clone() }];
    cause.fact = long;
    let page = with_causes([cause]);
    assert_eq!(page.matches("aws kms enable-key").count(), 1, "the fact alone");
    assert!(page.contains("The text is too long for this page; <code>causes.csv</code> has it."));
    assert!(page.contains("The text is longer; <code>causes.csv</code> has all of it."));
}

#[test]
fn causes_that_are_left_out_are_counted_and_still_named() {
    let more = 7;
    let all = causes::MAX_ROWS + more;
    let cause = |number: usize| {
        let mut cause = record::disabled_key();
        cause.cause_id = format!("{number:016x}");
        cause.title = format!("Cause number {number} of all");
        cause
    };
    let mut lines: Vec<Line> =
        (0..all).map(|number| Line::Cause(Box::new(cause(number)))).collect();
    let mut finding =
        fixture::finding("key-usable", "fail", "trail", &fixture::trail_arn("000000000001", "t"));
    finding.cause_id = Some(format!("{:016x}", all - 1));
    finding.further_cause_ids = vec![format!("{:016x}", 0)];
    lines.extend([Line::Finding(Box::new(finding)), Line::Run(Box::new(fixture::run()))]);
    let page = page(record::settled(lines));
    markup::check_ids(&page);
    let open = page.matches("<details class=\"trail cause\" open>").count();
    let shown = page.matches("<details class=\"trail cause\"").count();
    assert_eq!((open, shown), (causes::MAX_OPEN, causes::MAX_ROWS));
    assert!(
        page.contains(
            "<b>7 more causes</b> are not shown here. All are in <code>causes.csv</code>."
        )
    );
    assert!(page.contains(&format!("and {} more causes: see", all - causes::MAX_IN_HEAD)));
    let last = format!("Cause:</span> <bdi>Cause number {} of all</bdi><br>", all - 1);
    assert!(page.contains(&last), "a cause without a place has its title");
    assert!(page.contains("Also blocked by:</span> <a href=\"#cause-0000000000000000\"><bdi>Cause number 0 of all</bdi></a>"));
    assert_eq!(numbers(&page)["n-causes"], all as u64);
}

#[test]
fn findings_gaps_targets_and_accounts_link_their_cause() {
    let page = page(record::lines());
    let link = |cause: CauseLine| {
        format!("<a href=\"#cause-{}\"><bdi>{}</bdi></a>", cause.cause_id, escaped(&cause.title))
    };
    let section = |name: &str| {
        let start = page.find(&format!("<h2 id=\"{name}\"")).unwrap();
        page[start..].split("</section>").next().unwrap()
    };
    let (key, deny, role) =
        (link(record::disabled_key()), link(record::region_deny()), link(record::role()));
    for (name, links) in [
        ("coverage", vec![&deny, &role]),
        ("accounts", vec![&key, &deny, &role]),
        ("findings", vec![&key, &deny, &role]),
        ("trails", vec![&key]),
    ] {
        for link in links {
            assert!(section(name).contains(link.as_str()), "{name}: {link}");
        }
    }
    let gaps = section("coverage").split("<h3 id=\"gaps\">").nth(1).unwrap();
    assert!(gaps.contains(&deny) && gaps.contains(&role));
    assert!(!page.contains("To do:"), "no generic advice");
}

#[test]
fn failures_come_before_what_is_not_proven() {
    let page = page(record::lines());
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}"));
    assert!(at("<h3>Failures</h3>") < at("<h3>Not proven</h3>"));
    assert!(at("Table: Failures of key-usable") < at("Table: Not proven: account-covered"));
}

#[test]
fn every_population_adds_up() {
    let check = |page: &str| {
        let numbers = numbers(page);
        let number = |name: &str| numbers.get(name).copied().unwrap_or_default();
        for answer in ["n-recorded-", "n-other-", "n-sealed-"] {
            assert_eq!(sum(&numbers, answer), number("n-accounts"), "{answer}");
            let not_judged = number(&format!("{answer}not_judged"));
            assert_eq!(number("n-accounts-judged"), number("n-accounts") - not_judged);
        }
        for population in ["trails", "targets", "findings"] {
            let total = number(&format!("n-{population}"));
            assert_eq!(sum(&numbers, &format!("n-{population}-")), total, "{population}");
        }
        assert_eq!(sum(&numbers, "n-failures-"), number("n-findings-fail"));
        let named = number("n-causes-failed") + number("n-causes-not_proven");
        let open = number("n-findings-fail") + number("n-findings-not_proven");
        let of_causes = (named + number("n-causes-none"), number("n-causes-gaps"));
        (of_causes, (open, number("n-gaps")))
    };
    for page in [page(fixture::rich()), page(fixture::accepted()), clean(|_| ())] {
        let (of_causes, counted) = check(&page);
        assert_eq!(of_causes, counted);
    }
    let (of_causes, counted) = check(&page(fixture::landing_zone(30)));
    assert_eq!((of_causes, counted), ((30, 780), (30, 780)));
    check(&page(record::lines()));
    check(&page(fixture::large(50, 20)));
}

#[test]
fn the_headline_has_both_answers_and_the_strict_one() {
    let page = page(record::lines());
    for text in [
        "class=\"bad\">3 of 4 accounts are recorded by a sealed trail.</h1>",
        "<p class=\"lead\">The rest: 1 unproven.</p>",
        "<p class=\"lead\">Other trails: unsealed in 1 account, 2 accounts with 1 to 2 Regions not listed, none in 1 account.</p>",
        "<p class=\"lead\">Logs of all trails taken together, by account: 1 unsealed, 2 unproven, 1 sealed.</p>",
        "<p class=\"lead\">Of 2 trails 1 is sealed, 1 unsealed.</p>",
    ] {
        assert!(page.contains(text), "{text} in {page}");
    }
}

#[test]
fn a_landing_zone_behind_one_policy_names_it_on_the_first_screen() {
    let page = page(fixture::landing_zone(1_000));
    assert!(page.len() < 1_500_000, "{} bytes", page.len());
    markup::check_nesting(&page);
    markup::check_ids(&page);
    let (_, body) = page.split_once("<header>").unwrap();
    let (head, _) = body.split_once("</header>").unwrap();
    for text in [
        "1,000 of 1,000 accounts are recorded by a sealed trail.",
        "Other trails: 1,000 accounts with 13 Regions not listed.",
        "Service control policy p-deny0001 denies cloudtrail:DescribeTrails",
        "1,000 findings not proven, 26,000 calls without an answer in 1,000 accounts",
    ] {
        assert!(head.contains(text), "{text}");
    }
    assert!(!page.contains("contradicts itself"));
    assert!(page.contains("<summary>1,000 accounts</summary>"));
    assert!(page.contains("970 more are in <code>causes.csv</code>."));
    assert_eq!(numbers(&page)["n-gaps"], 26_000);
    let kinds = page.split("<caption>Gaps by class and operation</caption>").nth(1).unwrap();
    assert_eq!(
        kinds.split("</table>").next().unwrap().matches("<tr>").count(),
        3,
        "one head, two kinds"
    );
}
