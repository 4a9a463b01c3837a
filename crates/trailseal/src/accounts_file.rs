//! `--accounts-file`: the population by the user's word, where Organizations lists none.

use std::collections::BTreeSet;
use std::path::Path;

use trailseal_model::{Account, AccountState};

use crate::config::account;
use crate::error::UserError;

/// Reads the file: one account a line, `<id>` or `<id>,<name>`; empty lines, lines that begin with
/// `#` and a first line that begins with `account_id` say nothing.
pub(crate) fn read(path: &Path) -> Result<Vec<Account>, UserError> {
    let shown = path.display();
    let advice = "write one account a line, as 012345678901 or 012345678901,name";
    let text = std::fs::read_to_string(path).map_err(|it| {
        UserError::usage(format!("the accounts file `{shown}` cannot be read: {it}"), advice)
    })?;
    let accounts = parse(&text).map_err(|(line, problem)| {
        UserError::usage(format!("the accounts file `{shown}`, line {line}: {problem}"), advice)
    })?;
    if accounts.is_empty() {
        return Err(UserError::usage(format!("the accounts file `{shown}` names none"), advice));
    }
    Ok(accounts)
}

fn parse(text: &str) -> Result<Vec<Account>, (usize, String)> {
    let mut seen = BTreeSet::new();
    let mut accounts = Vec::new();
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    for (number, line) in (1..).zip(lines) {
        let is_header = number == 1 && line.starts_with("account_id");
        if line.is_empty() || line.starts_with('#') || is_header {
            continue;
        }
        let (id, name) = line.split_once(',').unwrap_or((line, ""));
        let id = account(id.trim(), "an account").map_err(|it| (number, it.problem))?;
        if !seen.insert(id) {
            return Err((number, format!("{id} stands there twice")));
        }
        let name = name.trim().trim_matches('"').to_owned();
        accounts.push(Account { id, name, state: AccountState::Active, ou_path: None });
    }
    Ok(accounts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&[(&str, &str)], usize>) {
        let got = parse(text);
        let got: Result<Vec<(String, String)>, usize> = got
            .map(|it| it.into_iter().map(|it| (it.id.to_string(), it.name)).collect())
            .map_err(|it| it.0);
        let expected = expected.map(|it| {
            it.iter().map(|(id, name)| ((*id).to_owned(), (*name).to_owned())).collect::<Vec<_>>()
        });
        assert_eq!(got, expected, "{text:?}");
    }

    #[test]
    fn ids_and_names_are_read_and_the_rest_is_refused_by_its_line() {
        check("012345678901\n", Ok(&[("012345678901", "")]));
        check(
            "\u{feff}account_id,account_name\r\n# ours\r\n\r\n012345678901, \"a\"\r\n2"
                .trim_end_matches("\r\n2"),
            Ok(&[("012345678901", "a")]),
        );
        check(
            "000000000001,x,y\n000000000002",
            Ok(&[("000000000001", "x,y"), ("000000000002", "")]),
        );
        check("000000000001\n12\n", Err(2));
        check("000000000001\n\n000000000001\n", Err(3));
        check("# nothing\n", Ok(&[]));
    }
}
