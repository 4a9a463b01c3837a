//! Circles of imports between the files of a crate, by a plain scan of their `use` lines; a path that
//! is spelled out where it is used is not seen. What two files need is a leaf. The file of a folder
//! may use what lies in the folder, and be used from there.

use std::collections::{BTreeMap, BTreeSet};

use super::{Complaint, File};

/// The files of one crate by module, such as `crate::record::v1`, with the paths that each imports.
type Modules = BTreeMap<String, Vec<String>>;

/// Crates whose files import each other in circles.
pub(super) fn circles(files: &[File]) -> Vec<Complaint> {
    let mut crates: BTreeMap<&str, Modules> = BTreeMap::new();
    for file in files.iter().filter(|file| file.lines_without_tests() > 0) {
        let Some((folder, name)) = file.path.split_once("/src/") else { continue };
        let Some(name) = name.strip_suffix(".rs") else { continue };
        let module = match name.strip_suffix("/mod").unwrap_or(name) {
            "lib" | "main" => "crate".to_owned(),
            name => format!("crate::{}", name.replace('/', "::")),
        };
        let paths =
            imports(file).into_iter().map(|path| absolute(&module, &path)).collect::<Vec<_>>();
        crates.entry(folder).or_default().entry(module).or_default().extend(paths);
    }
    let complaint = |(folder, modules): (&&str, &Modules)| {
        let names = in_circles(modules).join(", ");
        let message = format!("{names}: a circle of imports; move what two need to a leaf");
        (!names.is_empty()).then(|| Complaint::new(&format!("{folder}/src"), 1, message))
    };
    crates.iter().filter_map(complaint).collect()
}

fn imports(file: &File) -> Vec<String> {
    let lines: Vec<&str> = file.text.lines().take(file.lines_without_tests()).collect();
    let starts = ["use ", "pub use ", "pub(crate) use ", "pub(super) use "];
    let tree = |index: usize| {
        let start = starts.iter().find(|start| lines[index].starts_with(**start))?;
        lines[index..].join(" ")[start.len()..].split(';').next().map(leaves)
    };
    (0..lines.len()).filter_map(tree).flatten().collect()
}

/// The paths of a `use` item: `a::{b, c::{d, e}}` has three.
fn leaves(tree: &str) -> Vec<String> {
    let Some((prefix, rest)) = tree.split_once('{') else { return vec![tree.trim().to_owned()] };
    let mut depth = 0;
    let parts = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner).split(|character| {
        depth += i32::from(character == '{') - i32::from(character == '}');
        character == ',' && depth == 0
    });
    let parts = parts.filter(|part| !part.trim().is_empty()).flat_map(leaves);
    parts.map(|leaf| format!("{}{leaf}", prefix.trim())).collect()
}

/// The path from the crate's root; one into an outside crate becomes one into the module itself.
fn absolute(module: &str, path: &str) -> String {
    match (path.strip_prefix("super::"), module.rsplit_once("::")) {
        (Some(rest), Some((parent, _))) if rest.starts_with("super::") => absolute(parent, rest),
        (Some(rest), Some((parent, _))) => format!("{parent}::{rest}"),
        _ if path.starts_with("crate::") => path.to_owned(),
        _ => format!("{module}::{}", path.strip_prefix("self::").unwrap_or(path)),
    }
}

/// The module that a path leads to, through what others hand on.
fn target<'a>(modules: &'a Modules, path: &str, depth: usize) -> Option<&'a str> {
    let ends = path.match_indices("::").map(|(end, _)| end).chain([path.len()]);
    let (module, imports) = ends.filter_map(|end| modules.get_key_value(&path[..end])).last()?;
    let rest = path[module.len()..].strip_prefix("::");
    let name = rest.and_then(|rest| rest.split("::").next()).filter(|_| depth < 5);
    let named = |path: &&String| name.is_some() && path.rsplit("::").next() == name;
    imports.iter().find(named).map_or(Some(module), |path| target(modules, path, depth + 1))
}

/// The modules that are left when those which import none of the others, and those which none of the
/// others imports, are taken away again and again.
fn in_circles(modules: &Modules) -> Vec<&str> {
    let counts = |from: &str, to: &str| to != from && !to.starts_with(&format!("{from}::"));
    let mut edges: BTreeSet<(&str, &str)> = BTreeSet::new();
    for (from, imports) in modules {
        let targets = imports.iter().filter_map(|path| target(modules, path, 0));
        edges.extend(targets.filter(|to| counts(from, to)).map(|to| (from.as_str(), to)));
    }
    loop {
        let (from, to): (BTreeSet<_>, BTreeSet<_>) = edges.iter().copied().unzip();
        let before = edges.len();
        edges.retain(|edge| to.contains(edge.0) && from.contains(edge.1));
        if edges.len() == before {
            return from.into_iter().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(files: &[(&str, &str)], expected: &[&str]) {
        let file = |(path, text): &(&str, &str)| File {
            path: format!("crates/a/src/{path}"),
            text: (*text).to_owned(),
        };
        let files: Vec<File> = files.iter().map(file).collect();
        let complaints: Vec<String> = circles(&files).iter().map(ToString::to_string).collect();
        assert_eq!(complaints, expected);
    }

    #[test]
    fn circles_are_found() {
        let lib = ("lib.rs", "mod b;\nmod c;\nmod d;\npub use d::D;\n");
        let message = |names| {
            format!("crates/a/src:1: {names}: a circle of imports; move what two need to a leaf")
        };
        let b = ("b.rs", "use std::fmt;\n\nuse crate::{c::{self, C}, d::E};\n");
        let two = message("crate::b, crate::c");
        check(&[lib, b, ("c.rs", "use super::b::B;\n"), ("d.rs", "pub struct D;\n")], &[&two]);
        let three = message("crate::b, crate::c, crate::d");
        let d = ("d.rs", "use crate::b::{\n    B,\n};\n");
        check(&[lib, ("b.rs", "use crate::c::C;\n"), ("c.rs", "use crate::D;\n"), d], &[&three]);
        let folder = ("c/mod.rs", "mod e;\n\npub(crate) use self::e::E;\n");
        let e = ("c/e.rs", "use crate::b::B;\n");
        let through = message("crate::b, crate::c::e");
        check(&[lib, ("b.rs", "use crate::c::E;\n"), folder, e], &[&through]);
    }

    #[test]
    fn a_folder_and_a_leaf_are_no_circle() {
        let lib = ("lib.rs", "mod b;\nmod leaf;\npub use b::B;\n\nuse leaf::Leaf;\n");
        let folder = ("b/mod.rs", "mod c;\nuse self::c::C;\nuse crate::leaf::Leaf;\n");
        let c = ("b/c.rs", "use super::B;\nuse crate::leaf::Leaf;\n");
        let leaf = ("leaf.rs", "use std::fmt;\n\n#[cfg(test)]\nmod tests {\nuse crate::b::B;\n}\n");
        check(&[lib, folder, c, leaf], &[]);
        check(&[lib, folder, c, leaf, ("leaf/tests.rs", "use crate::b::B;\n")], &[]);
    }
}
