//! What the page must be.

mod fixture;
mod markup;

use std::io::{self, Write};

use sha2::{Digest, Sha256};
use trailseal_model::record::RecordError;
use trailseal_model::record::v1::{EndpointLine, Line, RunLine};
use trailseal_model::{LogsSealed, Outcome, Status, Verdict};

use crate::text::Markup;
use crate::{PageError, words, write_page};

fn page(lines: impl IntoIterator<Item = Line>) -> String {
    let mut out = Vec::new();
    write_page(lines.into_iter().map(Ok), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn error(lines: Vec<Result<Line, RecordError>>) -> String {
    let mut out = Vec::new();
    let message = write_page(lines, &mut out).unwrap_err().to_string();
    assert!(out.is_empty(), "half a page was written");
    message
}

/// A clean record of one account, changed.
fn clean(change: impl FnOnce(&mut RunLine)) -> String {
    let id = "000000000001";
    let mut run = fixture::run();
    change(&mut run);
    let lines = vec![
        Line::Run(Box::new(run)),
        Line::Account(fixture::account(id, "One", Some("sealed"))),
        Line::Trail(Box::new(fixture::trail(id, "t", "sealed"))),
        Line::Coverage(fixture::coverage(id, "eu-central-1", "evaluated", None)),
    ];
    page(fixture::with_totals(lines))
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
        "a", "b", "bdi", "body", "br", "caption", "code", "dd", "details", "div", "dl", "dt",
        "footer", "h1", "h2", "h3", "h4", "head", "header", "html", "li", "main", "meta", "nav",
        "ol", "p", "rect", "section", "span", "style", "summary", "svg", "table", "tbody", "td",
        "tfoot", "th", "thead", "title", "tr", "ul",
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
    for page in [page(fixture::rich()), page(fixture::empty()), clean(|_| ()), large, accepted] {
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
        .chain([words::answer(None)]);
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
        "<h1 id=\"verdict\" class=\"bad\">Of 11 trails 3 are sealed, 5 unsealed, 3 unproven.</h1>",
        "Logs of 21 accounts: 5 unsealed, 9 not covered, 4 unproven, 3 sealed.",
        "would have passed 10 of 11 trails; 7 of those are not shown to be sealed.",
        "Exit code 4",
        "Part of the organization was not read",
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
    let details: Vec<_> = details.iter().filter(|it| it.name == "details").collect();
    let open = |it: &markup::Tag<'_>| it.text.ends_with(" open>");
    assert_eq!(details.iter().map(|it| open(it)).collect::<Vec<_>>(), {
        let mut expected = vec![true; 8];
        expected.extend([false; 3]);
        expected
    });
    let chain = ["Trail:", "Key:", "Policy:", "Delivery:", "Objects:"];
    let first = page.split("<details").nth(1).unwrap();
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
        "The list of accounts was declared by the user; nobody proved that it is complete",
        "One account, not an organization",
        "The list of accounts may not be whole",
        "Part of the organization was not read",
        "Not everything is proven",
        "The record contradicts itself",
        "SIMULATION: nothing here is about real accounts",
        "Exceptions have expired, or cover nothing",
        "Something of this is accepted",
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
        it.scope.accounts = vec!["000000000001".to_owned(), "000000000009".to_owned()];
        it.scope.regions = vec!["eu-central-1".to_owned()];
    });
    check(&scoped, &[0]);
    let only =
        "Only these accounts: <bdi class=\"name\">One</bdi> <span class=\"id\">000000000001</span>";
    assert!(scoped.contains(only) && scoped.contains("<span class=\"id\">000000000009</span>"));
    assert!(scoped.contains("Only these Regions: <span class=\"id\">eu-central-1</span>"));
    let skipping = clean(|it| {
        it.scope.is_limited = true;
        it.scope.skipped_controls = vec!["key-usable".to_owned()];
    });
    check(&skipping, &[0]);
    assert!(skipping.contains("None of these controls: <span class=\"id\">key-usable</span>"));
    assert!(skipping.contains("is never called sealed") && !scoped.contains("never called sealed"));
    check(&clean(|it| it.population_source = "accounts_file".to_owned()), &[1]);
    check(&clean(|it| it.population_source = "standalone_account".to_owned()), &[2]);
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
    assert_eq!(class(&clean(|it| it.population_source = "accounts_file".to_owned())), "open");
    assert_eq!(class(&clean(|it| it.scope.is_limited = true)), "open");
    assert_eq!(class(&clean(|it| it.simulation = Some("demo".to_owned()))), "open");
    assert_eq!(class(&clean(|it| it.endpoints = endpoints(false))), "open");
    assert_eq!(class(&clean(|it| it.endpoints = endpoints(true))), "good");
    assert_eq!(class(&clean(|it| it.exceptions.targets = 1)), "open");
    let standalone = clean(|it| it.population_source = "standalone_account".to_owned());
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
                && finding.control_id == "key-customer-managed"
                && finding.status == "pass"
                && skipped
            {
                (finding.status, finding.status_reason) =
                    ("not_applicable".to_owned(), "skipped".to_owned());
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
        "Somebody answers for 8 of them.",
        "5 findings, 8 gaps, 8 targets keep their status and leave the exit code",
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
    assert_eq!(page.matches("<details").count(), 100);
    assert_eq!(page.matches("<details class=\"trail\" open>").count(), 20);
    assert!(page.contains("Of 400 trails 134 are sealed, 133 unsealed, 133 unproven."));
    assert!(page.contains(">204,000</p>"), "6,000 accounts x 34 Regions");
}

#[test]
fn a_page_of_a_large_organization_stays_small() {
    struct Count(u64);
    impl Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len() as u64;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    write_page(fixture::large(2_000, 600).map(Ok), &mut count).unwrap();
    assert!(count.0 < 5_000_000, "{} bytes", count.0);
}

#[test]
fn the_same_record_gives_the_same_bytes() {
    assert_eq!(page(fixture::rich()), page(fixture::rich()));
}

#[test]
fn a_record_at_fault_gives_no_page() {
    assert_eq!(error(vec![]), "the record is empty");
    let run = || Ok(Line::Run(Box::new(fixture::run())));
    let account = || fixture::account("000000000001", "n", None);
    assert_eq!(error(vec![Ok(Line::Account(account()))]), "the record is empty");
    let cut = error(vec![run(), Err(RecordError::CutShort(1))]);
    assert!(cut.contains("cut short"), "{cut}");
    let odd = |kind: &str, line: Line| {
        let message = error(vec![run(), Ok(line)]);
        assert_eq!(
            message,
            format!("the record has the {kind} `odd`, which this version does not know")
        );
    };
    let mut exception = fixture::exception(1, "odd");
    odd("state of an exception", Line::Exception(Box::new(exception.clone())));
    (exception.state, exception.kind) = ("expired".to_owned(), "odd".to_owned());
    odd("kind of an exception", Line::Exception(Box::new(exception)));
    odd("outcome", Line::Coverage(fixture::coverage("1", "r", "odd", None)));
    odd("verdict", Line::Trail(Box::new(fixture::trail("1", "t", "odd"))));
    odd("answer", Line::Account(fixture::account("1", "n", Some("odd"))));
    odd("control", Line::Finding(Box::new(fixture::finding("odd", "pass", "account", "1"))));
    odd("status", Line::Finding(Box::new(fixture::finding("key-usable", "odd", "account", "1"))));
    let mut line = fixture::run();
    line.population_source = "odd".to_owned();
    let message = error(vec![Ok(Line::Run(Box::new(line)))]);
    assert!(message.contains("population source `odd`"), "{message}");
}

#[test]
fn a_writer_that_fails_is_an_error() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::other("full"))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let res = write_page(fixture::empty().into_iter().map(Ok), Full);
    assert!(matches!(res, Err(PageError::Io(_))), "{res:?}");
}

#[test]
fn a_finding_shows_its_evidence_and_a_gap_what_to_do() {
    let page = page(fixture::rich());
    let id = fixture::gap_id("000000000008", Some("eu-central-1"), "DescribeKey");
    assert!(!page.contains(&id), "the gap is told in words");
    for text in [
        "<b>DescribeKey</b>: <code>denied_by_resource_policy</code> (AccessDenied)",
        "allow the audit role the action in the resource&#39;s own policy",
        "request <code>7f3c9c2e-0000-4222-8333-944455566677</code>",
        "and 5 more in the record",
        "all 34 Regions",
        "4 Regions: us-east-1, us-east-2, us-west-1, us-west-2",
        "The cell-weighted rate of deviations is 18.11 % at most.",
    ] {
        assert!(page.contains(text), "{text}");
    }
}
