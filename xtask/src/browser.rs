//! The judge `browser`: a real Chromium and axe-core, which we did not write, over the HTML page.
//!
//! Pages that the program makes of records, and with `--page` any other. A good page and falsified
//! copies of it come first, so that a judge that accepts or refuses all is noticed.

mod chromium;
mod install;
mod judged;
mod pages;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use self::install::Browser;
use self::judged::Judged;
use self::pages::Page;
use crate::workspace;

/// How many ways `tests/browser/judge.cjs` looks at a page.
const VIEWS: usize = 4;

/// What `browser` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Judge this HTML file instead of the program's pages; may be given more than once.
    #[arg(long, value_name = "FILE")]
    page: Vec<PathBuf>,
    /// What has to be readable on each of these pages; may be given more than once.
    #[arg(long, value_name = "TEXT", requires = "page")]
    expect: Vec<String>,
    /// How many DOM nodes each of these pages may have.
    #[arg(long, value_name = "NODES", requires = "page", default_value_t = pages::MAX_NODES)]
    max_nodes: u64,
    /// How many bytes each of these pages may have.
    #[arg(long, value_name = "BYTES", requires = "page", default_value_t = pages::MAX_BYTES)]
    max_bytes: u64,
}

/// A copy of the good page with one thing wrong.
struct Falsified {
    page: Page,
    /// Every one of these judges must complain,
    refused_by: Vec<String>,
    /// these may,
    besides: Vec<String>,
    /// and one must say this.
    says: String,
}

/// Judges the pages that were named, or the program's own.
pub(crate) fn run(options: &Options) -> Result<()> {
    let browser = install::install()?;
    let pictures = workspace::root().join("target").join("browser");
    fs::create_dir_all(&pictures).context("failed to create the folder of the pictures")?;
    if !options.page.is_empty() {
        let pages = named(options, &pictures)?;
        return accept(&browser, &pages, true).map(|_| ());
    }
    let refused = falsified_are_refused(&browser, &empty(&pictures.join("falsified"))?)?;
    let pages = pages::make(&empty(&pictures.join("pages"))?, &pictures)?;
    let judged = accept(&browser, &pages, false)?;
    let ready = || judged.iter().flat_map(|it| &it.ready).copied();
    println!(
        "browser: {} pages x {VIEWS} views accepted; {refused} falsified pages refused; ready in {}-{} ms",
        judged.len(),
        ready().min().unwrap_or_default(),
        ready().max().unwrap_or_default(),
    );
    Ok(())
}

/// Removes what an earlier run left.
fn empty(folder: &Path) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(folder).context("failed to remove what an earlier run left")?;
    }
    fs::create_dir_all(folder).with_context(|| format!("failed to create {}", folder.display()))?;
    Ok(folder.to_owned())
}

fn named(options: &Options, pictures: &Path) -> Result<Vec<Page>> {
    let page = |file: &PathBuf| -> Result<Page> {
        let file =
            fs::canonicalize(file).with_context(|| format!("failed to find {}", file.display()))?;
        let stem = file.file_stem().with_context(|| format!("{} is no file", file.display()))?;
        Ok(Page {
            name: stem.to_string_lossy().into_owned(),
            expected: options.expect.clone(),
            max_nodes: options.max_nodes,
            max_bytes: options.max_bytes,
            views: Vec::new(),
            pictures: Some(pictures.to_owned()),
            file,
        })
    };
    options.page.iter().map(page).collect()
}

/// Fails with every complaint about the pages. With `is_told` the rest is shown, too.
fn accept(browser: &Browser, pages: &[Page], is_told: bool) -> Result<Vec<Judged>> {
    let judged = judged::judge(browser, pages)?;
    for (page, judged) in pages.iter().zip(&judged).filter(|_| is_told) {
        println!("{}", told(page, judged));
    }
    let complaints: Vec<String> = judged.iter().flat_map(Judged::lines).collect();
    if !complaints.is_empty() {
        bail!("{} complaints:\n{}", complaints.len(), complaints.join("\n"));
    }
    Ok(judged)
}

fn told(page: &Page, judged: &Judged) -> String {
    let Judged { name, nodes, bytes, ready, notes, complaints } = judged;
    let mut lines = vec![format!(
        "{name}: {} complaints; {nodes} nodes, {bytes} bytes, ready in {ready:?} ms",
        complaints.len()
    )];
    lines.extend(notes.iter().map(|it| format!("{name}: note: {it}")));
    if let Some(pictures) = &page.pictures {
        let folder = pictures.strip_prefix(workspace::root()).unwrap_or(pictures).display();
        lines.push(format!("{name}: pictures are {folder}/{name}-*.png and {name}.pdf"));
    }
    lines.join("\n")
}

/// Judges the good page, which must be accepted, and its falsified copies, which must not. Returns
/// how many there are.
fn falsified_are_refused(browser: &Browser, work: &Path) -> Result<usize> {
    let good = pages::good();
    let script = workspace::root().join("tests").join("browser").join("falsified.cjs");
    let printed = workspace::stdout(workspace::command("node").arg(script).arg(work))?;
    let printed: Value = serde_json::from_str(&printed).context("falsified.cjs printed no JSON")?;
    let printed = printed.as_array().context("falsified.cjs printed no array")?;
    let falsified: Vec<Falsified> = printed.iter().map(|it| Falsified::read(it, &good)).collect();
    let mut all = vec![good];
    all.extend(falsified.iter().map(|it| it.page.clone()));
    let judged = judged::judge(browser, &all)?;
    let (good, copies) = judged.split_first().context("nothing was judged")?;
    let mut wrong: Vec<String> = good.lines().collect();
    wrong.extend(falsified.iter().zip(copies).filter_map(|(it, judged)| it.wrong(judged)));
    ensure!(wrong.is_empty(), "the judge itself is wrong:\n{}", wrong.join("\n"));
    ensure!(!copies.is_empty(), "falsified.cjs wrote no pages");
    Ok(copies.len())
}

impl Falsified {
    fn read(printed: &Value, good: &Page) -> Self {
        let text = |name: &str| printed[name].as_str().unwrap_or_default().to_owned();
        let words = |name: &str| judged::strings(&printed[name]);
        let page = Page {
            name: text("name"),
            file: text("file").into(),
            views: words("views"),
            ..good.clone()
        };
        Self {
            page,
            refused_by: words("refused_by"),
            besides: words("besides"),
            says: text("says"),
        }
    }

    /// What is wrong with the judgement of this copy.
    fn wrong(&self, judged: &Judged) -> Option<String> {
        let complains = |judge: &String| judged.complaints.iter().any(|it| it.judge == *judge);
        let mut wrong: Vec<String> = Vec::new();
        let silent = self.refused_by.iter().filter(|it| !complains(it));
        wrong.extend(silent.map(|it| format!("`{it}` accepts it")));
        let is_known = |judge| self.refused_by.contains(judge) || self.besides.contains(judge);
        let others = judged.complaints.iter().filter(|it| !is_known(&it.judge));
        wrong.extend(others.map(|it| format!("`{}` complains, too: {}", it.judge, it.problem)));
        if !judged.complaints.iter().any(|it| it.problem.contains(&self.says)) {
            wrong.push(format!("no judge says `{}`", self.says));
        }
        let name = &self.page.name;
        (!wrong.is_empty()).then(|| format!("falsified {name}: {}", wrong.join("; ")))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_falsified_page_is_refused_for_its_own_reason() {
        let printed = json!({
            "name": "a", "file": "a.html", "views": [], "says": "src",
            "refused_by": ["csp"], "besides": ["console"],
        });
        let falsified = Falsified::read(&printed, &pages::good());
        let check = |complaints: Value, expected: Option<&str>| {
            let printed = json!({ "pages": [{ "name": "a", "complaints": complaints }] });
            let judged = judged::parse(&printed.to_string()).unwrap();
            assert_eq!(falsified.wrong(&judged[0]).as_deref(), expected);
        };
        let csp = json!({ "judge": "csp", "problem": "img-src" });
        check(json!([csp]), None);
        check(json!([csp, { "judge": "console", "problem": "b" }]), None);
        check(
            json!([csp, { "judge": "axe", "problem": "b" }]),
            Some("falsified a: `axe` complains, too: b"),
        );
        check(json!([]), Some("falsified a: `csp` accepts it; no judge says `src`"));
        check(
            json!([{ "judge": "csp", "problem": "b" }]),
            Some("falsified a: no judge says `src`"),
        );
    }
}
