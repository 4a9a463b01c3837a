//! Takes the page of every control into the program: a page is found by its name, the control's id.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/controls");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut pages: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    let rows = pages.iter().map(|page| {
        let id = page.file_stem().unwrap_or_default().to_string_lossy();
        let text = page.to_string_lossy();
        format!("    ({id:?}, include_str!({text:?})),\n")
    });
    let table = format!("&[\n{}]\n", rows.collect::<String>());
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(Path::new(&out).join("pages.rs"), table)
}
