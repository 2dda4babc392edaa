//! The plan of the house, held mechanically: who may import whom, where unsafe code may live, how long a file may get.
//!
//! The test reads the sources as text. `docs/architecture.md` says why the arrows point the way they do; a new room
//! gets its row in `ROOMS` first.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A room, the rooms it may import, and whether it must do without unsafe code.
struct Room {
    name: &'static str,
    imports: &'static [&'static str],
    safe: bool,
}

const ROOMS: [Room; 13] = [
    Room { name: "codec", imports: &[], safe: true },
    Room { name: "performative", imports: &["codec"], safe: true },
    Room { name: "message", imports: &["codec"], safe: true },
    Room { name: "framing", imports: &["codec"], safe: true },
    Room { name: "engine", imports: &["codec", "performative"], safe: true },
    Room {
        name: "transport",
        imports: &["engine", "framing", "performative", "codec", "sasl", "tls"],
        safe: true,
    },
    Room { name: "sasl", imports: &["engine", "performative", "sys"], safe: true },
    Room { name: "tls", imports: &["engine", "sys"], safe: true },
    Room { name: "driver", imports: &["transport", "engine"], safe: true },
    Room { name: "proactor", imports: &["driver", "engine", "transport", "sys"], safe: true },
    Room { name: "legacy", imports: &[], safe: true },
    Room { name: "object", imports: &[], safe: false },
    Room { name: "sys", imports: &[], safe: false },
];

/// Rooms that may import all others: the C interface, and the scenarios that drive the whole library.
const TOPMOST: [&str; 2] = ["ffi", "tests"];

const LONGEST: usize = 800;

/// Half of a file of the C interface is the C manual.
const LONGEST_FFI: usize = 900;

#[test]
fn rooms_import_only_along_the_arrows() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let room = room_of(&path);
        if TOPMOST.contains(&room.as_str()) || room == "lib" || path.ends_with("tests.rs") {
            continue;
        }
        let Some(row) = ROOMS.iter().find(|row| row.name == room) else {
            wrong.push(format!("{}: the room {room} is not in the table", path.display()));
            continue;
        };
        for used in rooms_used(without_tests(&text)) {
            if used != room && !row.imports.contains(&used.as_str()) {
                wrong.push(format!("{}: {room} must not import {used}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn safe_rooms_forbid_unsafe_code_at_their_door() {
    for room in ROOMS.iter().filter(|room| room.safe) {
        let door = root().join("src").join(room.name).join("mod.rs");
        let Ok(text) = fs::read_to_string(&door) else { continue };
        assert!(
            text.contains("#![forbid(unsafe_code)]"),
            "src/{}/mod.rs does not forbid unsafe code",
            room.name
        );
    }
}

#[test]
fn files_stay_short_enough_to_read() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let limit = if room_of(&path) == "ffi" { LONGEST_FFI } else { LONGEST };
        let lines = text.lines().count();
        if lines > limit {
            wrong.push(format!("{} has {lines} lines, the limit is {limit}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_file_opens_with_its_story() {
    for (path, text) in sources() {
        assert!(text.starts_with("//! "), "{} does not start with a //! story", path.display());
    }
}

#[test]
fn the_reader_sees_every_way_to_name_a_room() {
    let text = "use crate::codec::Type;\nuse crate::{framing, engine::{Link, session::Key}, object::*};\n\
                let x = crate::sys::now(); // crate::tls is only talked about\npub(in crate::driver) fn f() {}\n";
    let expected = ["codec", "driver", "engine", "framing", "object", "sys"];
    assert_eq!(rooms_used(text).into_iter().collect::<Vec<_>>(), expected);
}

/// First path segments after `crate::`, in imports with and without braces and anywhere else in the code.
fn rooms_used(text: &str) -> BTreeSet<String> {
    let code: String = text.lines().map(without_comment).collect::<Vec<_>>().join("\n");
    let mut rooms = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(group) => rooms.extend(heads_of_group(group)),
            None => rooms.extend(word(rest)),
        }
    }
    rooms
}

/// The first words of the members of an import group, up to its closing brace.
fn heads_of_group(group: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let mut heads = Vec::new();
    let mut at_start = true;
    for (at, c) in group.char_indices() {
        match c {
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            '{' => depth += 1,
            ',' if depth == 0 => at_start = true,
            c if at_start && !c.is_whitespace() => {
                heads.extend(word(&group[at..]));
                at_start = false;
            }
            _ => {}
        }
    }
    heads
}

/// A room's unit tests, at the end of a file, may look anywhere.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text)
}

fn word(text: &str) -> Option<String> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

fn without_comment(line: &str) -> &str {
    line.split("//").next().unwrap_or(line)
}

/// The room of a path like `src/engine/link.rs`; a file beside the rooms counts as a room of its own name.
fn room_of(path: &Path) -> String {
    let first =
        path.strip_prefix("src").expect("sources lie in src").components().next().expect("a file has a name");
    first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// Every Rust file below `src`, with its path from the project's folder on.
fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder is readable") {
            let path = entry.expect("the entry is readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("the file is text");
                found.push((path.strip_prefix(root()).expect("it lies below").to_path_buf(), text));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no sources found");
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
