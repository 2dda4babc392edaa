//! `cargo xtask exports`: the committed list of exported names, `cmake/exports.txt`.
//!
//! The list is what the interface promises, one name a line, in order. A function that loses its export attribute, or
//! a new one that nobody meant to publish, shows up as a difference. `--check` compares, and so does every build of
//! the library.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::library::{Profile, archive, defined};
use crate::tls::Tls;

/// Runs the task. Without arguments the list is written anew.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Outcome {
    let check_only = match arguments {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => return Err("usage: cargo xtask exports [--check]".into()),
    };
    let names = defined(&archive(root, Profile::Debug, Tls::Without)?, false)?;
    if check_only {
        compare(&listed(root)?, &names)?;
    } else {
        let path = list(root);
        fs::write(&path, names.join("\n") + "\n").map_err(|error| format!("{}: {error}", path.display()))?;
    }
    println!("{} exported names", names.len());
    Ok(())
}

/// The names that the committed list has.
pub(crate) fn listed(root: &Path) -> Result<Vec<String>, String> {
    let path = list(root);
    let text = fs::read_to_string(&path)
        .map_err(|error| format!("{}: {error}; `cargo xtask exports` writes it", path.display()))?;
    let names: Vec<String> = text.lines().map(str::to_owned).collect();
    if names.is_sorted_by(|one, next| one < next) {
        Ok(names)
    } else {
        Err(format!("{} is not sorted", path.display()))
    }
}

/// Fails with the difference between what is listed and what is defined.
pub(crate) fn compare(listed: &[String], defined: &[String]) -> Outcome {
    let missing = listed
        .iter()
        .filter(|name| !defined.contains(name))
        .map(|name| format!("\n  listed, not defined: {name}"));
    let extra = defined
        .iter()
        .filter(|name| !listed.contains(name))
        .map(|name| format!("\n  defined, not listed: {name}"));
    let differences: String = missing.chain(extra).collect();
    if differences.is_empty() {
        return Ok(());
    }
    Err(format!(
        "the library does not define what {LIST} lists:{differences}\nif this is meant, run `cargo xtask exports`"
    ))
}

fn list(root: &Path) -> PathBuf {
    root.join(LIST)
}

const LIST: &str = "cmake/exports.txt";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_directions_of_a_difference_are_told() {
        let names = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert!(compare(&names("pn_a pn_b"), &names("pn_a pn_b")).is_ok());
        let error = compare(&names("pn_a pn_b"), &names("pn_b pn_c")).expect_err("they differ");
        assert!(error.contains("not defined: pn_a") && error.contains("not listed: pn_c"), "{error}");
    }
}
