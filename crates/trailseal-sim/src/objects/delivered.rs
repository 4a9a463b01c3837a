//! The files that trails delivered into one bucket, in the order of their keys.

use jiff::Timestamp;

use super::layout::{Layout, Root, Writers};
use super::order::{after, behind};
use super::series::{Delivered, Kind, Series};
use crate::world::World;
use crate::world::account::AccountId;
use crate::world::trail::Trail;

/// The files of one bucket at one time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Files<'a> {
    pub(super) world: &'a World,
    pub(super) layout: Option<&'a Layout>,
    pub(super) now: Timestamp,
}

/// The files below one Region's folder, of one trail or of several mixed, from some place on.
#[derive(Debug)]
struct Cell<'a> {
    path: String,
    heads: Vec<NextFile<'a>>,
    /// Whether another trail's prefix leads into this folder, so that its files come in between.
    is_crossed: bool,
}

/// The next file of a series.
#[derive(Debug)]
struct NextFile<'a> {
    key: String,
    file: Delivered<'a>,
}

/// A place among the files.
#[derive(Debug)]
pub(super) struct FilePosition<'a> {
    files: Files<'a>,
    cell: Option<Cell<'a>>,
}

/// What remains of a text behind `name/`, where keys that begin so can be as great as the text;
/// nothing remains where all of them are greater, and `None` says that all of them are less.
fn below<'a>(name: &str, text: &'a str) -> Option<&'a str> {
    if let Some(rest) = text.strip_prefix(name).and_then(|it| it.strip_prefix('/')) {
        return Some(rest);
    }
    name.bytes().chain(*b"/").gt(text.bytes()).then_some("")
}

impl Cell<'_> {
    /// Where the smallest key is.
    fn smallest(&self) -> Option<usize> {
        let heads = self.heads.iter().enumerate();
        heads.min_by(|left, right| left.1.key.cmp(&right.1.key)).map(|it| it.0)
    }

    fn first_key(&self) -> &str {
        self.smallest().map_or("", |it| &self.heads[it].key)
    }

    /// Goes on to the next file.
    fn advance(&mut self) {
        let Some(index) = self.smallest() else { return };
        let NextFile { key, file } = &mut self.heads[index];
        file.number += 1;
        if file.number < file.series.end {
            key.truncate(self.path.len());
            file.series.write_tail(file.number, key);
        } else {
            self.heads.swap_remove(index);
        }
    }
}

impl<'a> Files<'a> {
    /// The place of the first file whose key is not less than this text.
    pub(super) fn seek(self, text: &str) -> FilePosition<'a> {
        let mut place = FilePosition { files: self, cell: None };
        place.seek(text);
        place
    }

    fn cell(&self, text: &str) -> Option<Cell<'a>> {
        // The roots that lead to the place, and those behind it as far as they can be the next.
        let layout = self.layout?;
        let slashes = text.match_indices('/').map(|it| it.0 + 1);
        let leading = slashes.filter_map(|it| Some((layout.root(&text[..it])?, &text[it..])));
        let mut best: Option<Cell<'a>> = None;
        for (root, rest) in leading.chain(layout.behind(text).iter().map(|it| (it, ""))) {
            if best.as_ref().is_some_and(|it| *root.path > *it.first_key()) {
                break;
            }
            if let Some(cell) = self.cell_in(root, rest)
                && best.as_ref().is_none_or(|it| cell.first_key() < it.first_key())
            {
                best = Some(cell);
            }
        }
        best
    }

    fn cell_in(&self, root: &Root, rest: &str) -> Option<Cell<'a>> {
        let is_before = |id: AccountId| below(&id.to_string(), rest).is_none();
        match &root.writers {
            Writers::Organization(trails) => {
                let accounts = self.world.accounts();
                let start = accounts.partition_point(|it| is_before(it.id));
                let usable = accounts[start..].iter().filter(|it| it.state.is_usable());
                usable.map(|it| it.id).find_map(|it| {
                    self.cell_of(root, it, rest, || trails.iter().map(|it| self.trail(*it)))
                })
            }
            Writers::Owners(owners) => {
                let owners = &owners[owners.partition_point(|it| is_before(it.0))..];
                owners.chunk_by(|left, right| left.0 == right.0).find_map(|owned| {
                    let trails = || owned.iter().map(|it| self.trail(it.1));
                    self.cell_of(root, owned.first()?.0, rest, trails)
                })
            }
        }
    }

    fn trail(&self, index: u32) -> &'a Trail {
        &self.world.trails()[index as usize]
    }

    /// The first cell of an account that has a file at the place or behind it.
    fn cell_of<T: Iterator<Item = &'a Trail>>(
        &self,
        root: &Root,
        account: AccountId,
        rest: &str,
        trails: impl Fn() -> T,
    ) -> Option<Cell<'a>> {
        let id = account.to_string();
        let in_account = below(&id, rest)?;
        let whose = (account, self.world.account(account));
        for kind in Kind::ALL {
            let Some(in_kind) = below(kind.folder(), in_account) else { continue };
            for region in self.world.partition().regions() {
                let Some(in_region) = below(region.name(), in_kind) else { continue };
                let mut cell = Cell { path: String::new(), heads: Vec::new(), is_crossed: false };
                for trail in trails() {
                    let series = Series::new(self.world, trail, whose, region, kind, self.now);
                    let Some(series) = series else { continue };
                    if cell.path.is_empty() {
                        cell.path = format!("{}{id}/{}/{region}/", root.path, kind.folder());
                    }
                    let number = series.first_from(in_region);
                    if number < series.end {
                        let mut key = cell.path.clone();
                        series.write_tail(number, &mut key);
                        cell.heads.push(NextFile { key, file: Delivered { series, number } });
                    }
                }
                if !cell.heads.is_empty() {
                    cell.is_crossed = self.layout.is_some_and(|it| it.has_root_below(&cell.path));
                    return Some(cell);
                }
            }
        }
        None
    }
}

impl<'a> FilePosition<'a> {
    /// Goes to the first file whose key is not less than this text.
    pub(super) fn seek(&mut self, text: &str) {
        self.cell = self.files.cell(text);
    }

    /// The file here.
    pub(super) fn peek(&self) -> Option<(&str, Delivered<'a>)> {
        let cell = self.cell.as_ref()?;
        let head = &cell.heads[cell.smallest()?];
        Some((&head.key, head.file))
    }

    /// Goes on to the next file.
    pub(super) fn advance(&mut self) {
        let Some(cell) = &mut self.cell else { return };
        let next = if cell.is_crossed {
            after(cell.first_key())
        } else {
            cell.advance();
            if !cell.heads.is_empty() {
                return;
            }
            behind(&cell.path)
        };
        self.seek(&next);
    }
}
