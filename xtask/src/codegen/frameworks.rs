//! Where catalogs file the controls: a page, and the tables in the pages of the controls.

use anyhow::{Context, Result, ensure};
use trailseal_model::ControlId;
use trailseal_model::controls::mappings;
use trailseal_model::frameworks::FrameworkMapping;

use super::pages::{code, header, row};
use crate::workspace;

/// The heading of a section of every control's page.
const HEADING: &str = "## Frameworks\n";
const COLUMNS: [&str; 4] = ["Catalog", "Versions", "Ids", "Filed by"];

/// All of them.
pub(super) fn page() -> String {
    let rows = mappings().map(|(control, mapping)| {
        let [framework, versions, ids, by] = cells(mapping);
        let word = mapping.framework.as_str();
        [code(control.as_str()), framework, code(word), versions, ids, by]
    });
    let unfiled: Vec<String> = ControlId::ALL
        .iter()
        .filter(|it| it.mappings().next().is_none())
        .map(|it| code(it.as_str()))
        .collect();
    let introduction = format!(
        "Where published rule sets file the same check. An id says where the check is filed, not that \
         a pass meets the whole requirement. In `findings.csv`, `control_ids` has the ids as \
         `<word>@<version>:<id>`, or `<word>:<id>` where the catalog has no versions. No rule set \
         files these controls by themselves, so they have no ids: {}.",
        unfiled.join(", ")
    );
    let header = ["Control", "Catalog", "Word", "Versions", "Ids", "Filed by"];
    super::pages::page("Framework ids", &introduction, header, rows)
}

/// The page of a control with its table as the code has it; what people wrote stays.
pub(super) fn control_page(control: ControlId) -> Result<String> {
    let path = path(control);
    let text = std::fs::read_to_string(workspace::root().join(&path))
        .with_context(|| format!("failed to read {path}"))?;
    with_table(&text, &control.mappings().copied().collect::<Vec<_>>())
}

/// Where the page of a control is.
pub(super) fn path(control: ControlId) -> String {
    format!("docs/controls/{control}.md")
}

fn with_table(text: &str, mappings: &[FrameworkMapping]) -> Result<String> {
    let (before, section) = text.split_once(HEADING).context("it has no section `Frameworks`")?;
    let end = section.find("\n## ").map_or(section.len(), |it| it + 1);
    let (section, after) = section.split_at(end);
    let is_row = |line: &&str| line.starts_with('|');
    let table: String = section.split_inclusive('\n').filter(is_row).collect();
    if mappings.is_empty() {
        ensure!(table.is_empty(), "no catalog files this control, but its page has a table");
        return Ok(text.to_owned());
    }
    ensure!(!table.is_empty(), "its section `Frameworks` has no table to be replaced");
    ensure!(section.contains(&table), "its section `Frameworks` has more than one table");
    let rows: String = mappings.iter().map(|it| row(cells(it))).collect();
    let section = section.replacen(&table, &(header(COLUMNS) + &rows), 1);
    Ok(format!("{before}{HEADING}{section}{after}"))
}

fn cells(mapping: &FrameworkMapping) -> [String; 4] {
    let versions = if mapping.versions.is_empty() { &["–"] } else { mapping.versions };
    [
        mapping.framework.title().to_owned(),
        versions.join(", "),
        mapping.ids.join(", "),
        mapping.source.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_replaced_and_nothing_else() {
        let mappings: Vec<FrameworkMapping> =
            ControlId::EventDataStoreKmsEncrypted.mappings().copied().collect();
        let text = "# x\n\n| a |\n\n## Frameworks\n\nProse.\n\n| old |\n| --- |\n\nMore.\n\n## Sources\n\n| b |\n";
        let wanted = "# x\n\n| a |\n\n## Frameworks\n\nProse.\n\n| Catalog | Versions | Ids | Filed by |\n| --- | --- | --- | --- |\n| AWS Config rule | – | event-data-store-cmk-encryption-enabled | AWS |\n\nMore.\n\n## Sources\n\n| b |\n";
        assert_eq!(with_table(text, &mappings).unwrap(), wanted);
        assert_eq!(with_table(wanted, &mappings).unwrap(), wanted);
        assert!(with_table(text, &[]).is_err());
        let without = text.replace("| old |\n| --- |\n", "");
        assert!(with_table(&without, &mappings).is_err());
        assert_eq!(with_table(&without, &[]).unwrap(), without);
        assert!(with_table(&text.replace("More.", "\n| more |\n"), &mappings).is_err());
        assert!(with_table("# x\n", &mappings).is_err());
    }

    #[test]
    fn every_filing_and_every_control_without_one_is_on_the_page() {
        let page = page();
        assert_eq!(page.lines().filter(|it| it.starts_with("| `")).count(), mappings().count());
        for control in ControlId::ALL {
            assert!(page.contains(&code(control.as_str())), "{control}");
        }
    }
}
