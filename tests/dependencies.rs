//! What docs/dependencies.md says about crates that are not ours, held to what cargo knows.
//!
//! Every crate that a manifest names has a row with its reasons, and every row a crate; the licences of all that these
//! bring along are those of deny.toml; and the table of builds has the right numbers.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// A heading of the page, and the manifests and sections whose crates stand there.
const CHAPTERS: [(&str, &[(&str, &str)]); 4] = [
    ("In the library", &[("Cargo.toml", "[dependencies]")]),
    ("To build the library", &[("Cargo.toml", "[build-dependencies]")]),
    ("To test the library", &[("Cargo.toml", "dev-dependencies]"), ("fuzz/Cargo.toml", "[dependencies]")]),
    ("For the project's tasks", &[("xtask/Cargo.toml", "[dependencies]")]),
];

#[test]
fn every_crate_has_a_row_that_says_why_it_is_there() {
    let page = read("docs/dependencies.md");
    for (chapter, sections) in CHAPTERS {
        let told = rows(&page, chapter);
        let used: BTreeSet<String> =
            sections.iter().flat_map(|(manifest, section)| named(&read(manifest), section)).collect();
        assert_eq!(told, used, "the chapter `{chapter}` and {sections:?}");
    }
}

#[test]
fn every_licence_is_one_that_was_allowed() {
    let deny = read("deny.toml");
    let allowed =
        quoted(deny.lines().find(|line| line.starts_with("allow = ")).expect("the list of licences"));
    let mut exceptions = deny.lines().filter(|line| line.starts_with("exceptions = "));
    let excepted = quoted(exceptions.next().expect("the list of exceptions"));
    let listing = tree(&["--workspace", "--all-features", "--format", "{p}|{l}"]);
    let crates: BTreeSet<&str> = listing.lines().filter(|line| !line.is_empty()).collect();
    assert!(crates.len() > 20, "{listing}");
    for line in crates {
        let (name, licence) = line.split_once('|').expect("a crate and its licence");
        let own = excepted.iter().any(|other| name.split(' ').next() == Some(other));
        let fits = |one: &str| {
            allowed.iter().any(|other| other == one) || own && excepted.iter().any(|other| other == one)
        };
        // A crate that has a choice of licences comes under any of them; one with several parts under all.
        let all = licence.replace(['(', ')'], "").replace('/', " OR ");
        assert!(all.split(" AND ").all(|part| part.split(" OR ").any(fits)), "{line}");
    }
}

#[test]
fn the_page_tells_how_many_crates_a_build_has() {
    let page = read("docs/dependencies.md");
    for (build, features) in [("openssl", Some("openssl")), ("rustls", Some("rustls")), ("none", None)] {
        let mut options =
            vec!["--package", "protium", "--edges", "normal,no-proc-macro", "--no-default-features"];
        options.extend(features.map(|features| ["--features", features]).into_iter().flatten());
        let listing = tree(&options);
        let crates: BTreeSet<&str> =
            listing.lines().filter(|line| !line.is_empty() && !line.starts_with("protium ")).collect();
        let start = format!("| {build} | {} |", crates.len());
        assert!(page.lines().any(|line| line.starts_with(&start)), "no row `{start}`: {crates:?}");
    }
}

/// The crates in the first column of the first table below a heading.
fn rows(page: &str, chapter: &str) -> BTreeSet<String> {
    let lines = page.lines().skip_while(|line| *line != format!("## {chapter}"));
    let table = lines.skip_while(|line| !line.starts_with("| ---")).skip(1);
    let cells = table.take_while(|line| line.starts_with('|')).filter_map(|line| line.split('|').nth(1));
    cells.flat_map(|cell| cell.split(',')).map(|name| name.trim().trim_matches('`').to_owned()).collect()
}

/// The crates of others that a section of a manifest names; what lies in a folder is our own.
fn named(manifest: &str, section: &str) -> BTreeSet<String> {
    let lines = manifest.lines().skip_while(|line| !(line.starts_with('[') && line.ends_with(section)));
    let entries = lines.skip(1).take_while(|line| !line.starts_with('['));
    let entries = entries.filter(|line| !line.starts_with('#') && !line.contains("path = "));
    entries.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.to_owned()).collect()
}

/// The words of a line that stand in quotation marks.
fn quoted(line: &str) -> Vec<String> {
    line.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// What cargo says about crates and what they bring along, one a line.
fn tree(options: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["tree", "--quiet", "--locked", "--offline"]);
    command.args(["--prefix", "none", "--no-dedupe", "--target", "x86_64-unknown-linux-gnu"]).args(options);
    let output = command.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo writes text")
}

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
