//! `--accounts-file`: the accounts by the user's word, where Organizations lists none. The file is
//! what people export or write: any CSV with a column of account ids, or one id on each line.

use std::collections::BTreeSet;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Trim};
use trailseal_model::{Account, AccountId, AccountState};

use crate::error::UserError;

const ADVICE: &str = "write one account on each line, as 012345678901 or 012345678901,name, or give a CSV file with a column account_id";

/// What separates columns, by the habits of those who write such files.
const SEPARATORS: [char; 3] = [',', ';', '\t'];

/// Reads the text of the file.
pub(crate) fn read(path: &Path) -> Result<String, UserError> {
    let bytes = std::fs::read(path)
        .map_err(|problem| wrong(path, &format!(" cannot be read: {problem}"), "check the path"))?;
    decoded(bytes).map_err(|encoding| {
        let advice = "save it as UTF-8; spreadsheets call it \"CSV UTF-8\"";
        wrong(path, &format!(" is {encoding}"), advice)
    })
}

/// The accounts in the text of the file.
pub(crate) fn accounts(text: &str, path: &Path) -> Result<Vec<Account>, UserError> {
    let accounts = parse(text)
        .map_err(|(line, problem)| wrong(path, &format!(", line {line}: {problem}"), ADVICE))?;
    if accounts.is_empty() { Err(wrong(path, " names no account", ADVICE)) } else { Ok(accounts) }
}

fn wrong(path: &Path, what: &str, advice: &str) -> UserError {
    UserError::usage(format!("the accounts file `{}`{what}", path.display()), advice)
}

/// The text without a byte order mark, or the encoding that it is in.
fn decoded(bytes: Vec<u8>) -> Result<String, String> {
    let is_wide = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    // Without a mark, digits still have a zero byte before or behind them.
    if is_wide || bytes.contains(&0) {
        return Err("in UTF-16, not UTF-8".to_owned());
    }
    let text = String::from_utf8(bytes).map_err(|it| {
        let start = it.utf8_error().valid_up_to();
        let line = it.as_bytes()[..start].split(|it| *it == b'\n').count();
        format!("not in UTF-8 but perhaps in Windows-1252 (CP1252); the first such character is in line {line}")
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Which columns have the id and the name.
#[derive(Debug, Clone, Copy)]
enum Columns {
    /// The first has the id; whatever follows is the name.
    Plain,
    /// As the header says.
    Named { id: usize, name: Option<usize> },
}

fn parse(text: &str) -> Result<Vec<Account>, (u64, String)> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .comment(Some(b'#'))
        .delimiter(u8::try_from(separator(text)).unwrap_or(b','))
        .from_reader(text.as_bytes());
    let mut seen = BTreeSet::new();
    let mut accounts = Vec::new();
    let mut columns = None;
    for row in reader.records() {
        let row =
            row.map_err(|it| (it.position().map_or(1, csv::Position::line), it.to_string()))?;
        let line = row.position().map_or(1, |it| line(text, it));
        if row.iter().all(str::is_empty) {
            continue;
        }
        // It would hide the accounts of the lines that it swallows.
        if row.iter().any(|it| it.contains(['\n', '\r'])) {
            return Err((
                line,
                "a quotation mark that begins here is not closed in its line".to_owned(),
            ));
        }
        let Some(known) = columns else {
            let of_header = header(&row);
            columns = Some(of_header.unwrap_or(Columns::Plain));
            if of_header.is_none() {
                accounts.push(account(&row, Columns::Plain, &mut seen).map_err(|it| (line, it))?);
            }
            continue;
        };
        accounts.push(account(&row, known, &mut seen).map_err(|it| (line, it))?);
    }
    Ok(accounts)
}

/// The line of a row. The reader's own position is before the empty lines and comments that it skips.
fn line(text: &str, position: &csv::Position) -> u64 {
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.get(start..).unwrap_or_default();
    let skipped = rest.lines().take_while(|it| it.trim().is_empty() || it.starts_with('#'));
    position.line() + skipped.count() as u64
}

/// The first separator outside quotation marks, in the first line that says something.
fn separator(text: &str) -> char {
    let mut lines = text.lines().map(str::trim);
    let line = lines.find(|it| !it.is_empty() && !it.starts_with('#')).unwrap_or_default();
    let mut is_quoted = false;
    let found = line.chars().find(|it| {
        is_quoted ^= *it == '"';
        !is_quoted && SEPARATORS.contains(it)
    });
    found.unwrap_or(',')
}

/// The columns, if this row is a header: it has no account id, and a column is called one.
fn header(row: &StringRecord) -> Option<Columns> {
    if row.iter().any(|it| id(it).is_ok()) {
        return None;
    }
    let place = |names: &[&str]| {
        let plain = |it: &str| -> String {
            let letters = it.chars().filter(char::is_ascii_alphanumeric);
            letters.map(|it| it.to_ascii_lowercase()).collect()
        };
        row.iter().position(|it| names.contains(&plain(it).as_str()))
    };
    let id = place(&["accountid"]).or_else(|| place(&["id"]))?;
    Some(Columns::Named { id, name: place(&["accountname"]).or_else(|| place(&["name"])) })
}

fn account(
    row: &StringRecord,
    columns: Columns,
    seen: &mut BTreeSet<AccountId>,
) -> Result<Account, String> {
    let (id_column, name) = match columns {
        Columns::Plain => {
            let rest: Vec<String> = row.iter().skip(1).map(unquoted).collect();
            (0, rest.join(","))
        }
        Columns::Named { id, name } => {
            (id, name.and_then(|it| row.get(it)).map(unquoted).unwrap_or_default())
        }
    };
    let id = id(row.get(id_column).unwrap_or_default())?;
    if !seen.insert(id) {
        return Err(format!("account {id} is in the file twice"));
    }
    Ok(Account { id, name, state: AccountState::Active, ou_path: None })
}

/// An account id, also as spreadsheets keep its zeros: `="012345678901"`, `'012345678901`.
fn id(text: &str) -> Result<AccountId, String> {
    let text = unquoted(text.trim_start_matches(['=', '\'']));
    text.parse().map_err(|it: trailseal_model::InvalidAccountId| {
        let is_short = (1..12).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit());
        let hint = if is_short { "; a spreadsheet may have dropped its leading zeros" } else { "" };
        format!("{it}{hint}")
    })
}

/// A quotation mark behind a blank does not quote in CSV, but people write it.
fn unquoted(text: &str) -> String {
    let inner = text.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    inner.map_or_else(|| text.to_owned(), |it| it.replace("\"\"", "\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&[(&str, &str)], u64>) {
        let got = parse(&decoded(text.as_bytes().to_vec()).unwrap());
        let got: Result<Vec<(String, String)>, u64> = got
            .map(|it| it.into_iter().map(|it| (it.id.to_string(), it.name)).collect())
            .map_err(|it| it.0);
        let expected = expected.map(|it| {
            it.iter().map(|(id, name)| ((*id).to_owned(), (*name).to_owned())).collect::<Vec<_>>()
        });
        assert_eq!(got, expected, "{text:?}");
    }

    const ONE: &str = "012345678901";
    const TWO: &str = "000000000002";

    #[test]
    fn lists_of_ids_and_names_are_read() {
        check("012345678901\n", Ok(&[(ONE, "")]));
        check(
            "\u{feff}account_id,account_name\r\n# ours\r\n\r\n012345678901, \"a\"\r\n",
            Ok(&[(ONE, "a")]),
        );
        check("012345678901,x,y\n000000000002", Ok(&[(ONE, "x,y"), (TWO, "")]));
        check(
            "\"012345678901\",\"A \"\"b\"\", c\"\r\n\"000000000002\"\r\n",
            Ok(&[(ONE, "A \"b\", c"), (TWO, "")]),
        );
        check("012345678901;a,b\n000000000002;c", Ok(&[(ONE, "a,b"), (TWO, "c")]));
        check("012345678901\ta;b\n", Ok(&[(ONE, "a;b")]));
        check("=\"012345678901\",a\n'000000000002,b\n", Ok(&[(ONE, "a"), (TWO, "b")]));
        check("# nothing\n", Ok(&[]));
    }

    #[test]
    fn a_header_says_which_columns_count() {
        for header in ["Name;Account Id;Email", "account_name;account_id;x", "NAME;ID;STATE"] {
            check(
                &format!("{header}\na;012345678901;b\n;000000000002;\n"),
                Ok(&[(ONE, "a"), (TWO, "")]),
            );
        }
        check("id,account_id\n7,012345678901\n", Ok(&[(ONE, "")]));
        check("state,owner\nactive,me\n", Err(1));
    }

    #[test]
    fn what_cannot_be_an_account_is_refused_by_its_line() {
        check("012345678901\n12\n", Err(2));
        check("012345678901\n\n012345678901\n", Err(3));
        check("account_id,name\n012345678901,a\n,b\n", Err(3));
        // The quotation mark would swallow the second account.
        check("012345678901,\"a\n000000000002,b\n", Err(1));
        check("account_id,name,x\n012345678901,a,\"b\n000000000002,b,c\n", Err(2));
        let error = parse("12345678901\n").unwrap_err();
        assert!(error.1.contains("leading zeros"), "{error:?}");
    }

    #[test]
    fn other_encodings_are_named() {
        let wide: Vec<u8> =
            "\u{feff}012345678901".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let unmarked: Vec<u8> = "012345678901".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [wide, unmarked] {
            assert!(decoded(bytes).unwrap_err().contains("UTF-16"));
        }
        let error = decoded(b"012345678901,a\n000000000002,Gr\xfc\xdfe\n".to_vec()).unwrap_err();
        assert!(error.contains("1252") && error.contains("line 2"), "{error}");
    }
}
