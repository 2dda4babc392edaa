//! `cargo xtask headers`: writes the public C headers, or with `--check` fails where they are out of date.
//!
//! Every header has a skeleton `xtask/headers/X.h.in` with its story, its includes and the few things that Rust has
//! no words for. cbindgen reads `src/ffi/X.rs`, that one file alone (for our own header, each of
//! `src/ffi/protium*.rs`), and its output replaces the line `@declarations@`. A skeleton without that line is a header that is written by hand. What the skeleton defines
//! itself is taken out of cbindgen's output, and so are the types that `types.h` shares.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::declaration::polish;
use crate::library::SHIM;

/// Runs the task. Without arguments the headers are written to `include/proton`.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Outcome {
    match arguments {
        [] => write(root),
        [flag] if flag == "--check" => check(root),
        _ => Err("usage: cargo xtask headers [--check]".into()),
    }
}

/// Compares the committed headers with what the sources say.
pub(crate) fn check(root: &Path) -> Outcome {
    let wanted = generate(root)?;
    let present = names_in(&root.join(HEADERS), ".h")?;
    let mut wrong: Vec<String> = Vec::new();
    for (name, text) in &wanted {
        let path = place_of(root, name);
        if fs::read_to_string(path).ok().as_ref() != Some(text) {
            wrong.push(format!("{name}.h is not what src/ffi/{name}.rs and its skeleton say"));
        }
    }
    for name in present.iter().filter(|name| !wanted.contains_key(*name)) {
        wrong.push(format!("{name}.h has no skeleton"));
    }
    if wrong.is_empty() {
        println!("{} headers are up to date", wanted.len());
        return Ok(());
    }
    Err(format!("{}\nrun `cargo xtask headers` and commit the result", wrong.join("\n")))
}

fn write(root: &Path) -> Outcome {
    let wanted = generate(root)?;
    let folder = root.join(HEADERS);
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for name in names_in(&folder, ".h")?.iter().filter(|name| !wanted.contains_key(*name)) {
        remove(&folder.join(format!("{name}.h")))?;
    }
    for (name, text) in &wanted {
        let path = place_of(root, name);
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    println!("wrote {} headers to {HEADERS}", wanted.len());
    Ok(())
}

/// Where a header is: Proton's in a folder of their own, ours beside it.
fn place_of(root: &Path, name: &str) -> PathBuf {
    let folder = if name == OURS { Path::new(INCLUDE) } else { Path::new(HEADERS) };
    root.join(folder).join(format!("{name}.h"))
}

/// Returns the text of every header by its name without the extension.
fn generate(root: &Path) -> Result<BTreeMap<String, String>, String> {
    let skeletons = root.join("xtask/headers");
    let shared = defined_names(&read(&skeletons.join("types.h.in"))?);
    let mut headers = BTreeMap::new();
    for name in names_in(&skeletons, ".h.in")? {
        let skeleton = read(&skeletons.join(format!("{name}.h.in")))?;
        let mut hidden = defined_names(&skeleton);
        hidden.extend(shared.iter().cloned());
        let body = if skeleton.contains(DECLARATIONS) {
            let mut text = String::new();
            for source in sources(root, &name)? {
                text += "\n";
                text += &declarations(&root.join("cbindgen.toml"), &source, hidden.clone())?;
            }
            if text.is_empty() {
                continue; // the part of the library that has this header is still to come
            }
            let text = polish(&text, prefix(&name)).map_err(|error| format!("{name}.h: {error}"))?;
            place(&skeleton, &text.replace("ptrdiff_t", signed_word(&name)))
        } else {
            skeleton
        };
        let guard = if name == OURS {
            "PROTIUM_H".into()
        } else {
            format!("PROTON_{}_H", name.to_uppercase().replace('-', "_"))
        };
        headers.insert(
            name,
            format!(
                "{LICENCE}\n#ifndef {guard}\n#define {guard} 1\n\n{}\n\n#endif /* {guard} */\n",
                body.trim()
            ),
        );
    }
    every_export_is_declared(root, &headers)?;
    Ok(headers)
}

/// The sources of a header: the file of its name, and for ours those whose names begin with it.
fn sources(root: &Path, name: &str) -> Result<Vec<PathBuf>, String> {
    let folder = root.join("src/ffi");
    let all = names_in(&folder, ".rs")?;
    let own = all.iter().filter(|source| *source == name || (name == OURS && is_ours(source)));
    Ok(own.map(|source| folder.join(format!("{source}.rs"))).collect())
}

/// Whether a source file is a part of our own header.
fn is_ours(source: &str) -> bool {
    source.strip_prefix(OURS).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

/// Runs cbindgen on one source file, showing the public types of that file even where no function uses them.
fn declarations(config: &Path, source: &Path, hidden: Vec<String>) -> Result<String, String> {
    let text = read(source)?;
    let mut config = cbindgen::Config::from_file(config)?;
    config.export.include = public_types(&text);
    config.export.exclude = hidden;
    config.export.exclude.extend(internal_functions(&text));
    let bindings = cbindgen::Builder::new()
        .with_config(config)
        .with_src(source)
        .generate()
        .map_err(|error| format!("{}: {error}", source.display()))?;
    let mut output = Vec::new();
    bindings.write(&mut output);
    String::from_utf8(output).map_err(|error| format!("{}: {error}", source.display()))
}

/// Puts the declarations into the skeleton, with C linkage for them alone, or from `@extern-c@` to the end.
fn place(skeleton: &str, declarations: &str) -> String {
    let open = "#ifdef __cplusplus\nextern \"C\" {\n#endif";
    let close = "#ifdef __cplusplus\n}\n#endif";
    let body = declarations.trim();
    if skeleton.contains(EXTERN_C) {
        let text = skeleton.replace(EXTERN_C, open).replace(DECLARATIONS, body);
        return format!("{}\n\n{close}\n", text.trim_end());
    }
    let block = if body.is_empty() { String::new() } else { format!("{open}\n\n{body}\n\n{close}") };
    skeleton.replace(DECLARATIONS, &block)
}

/// The export macro of a header: which of Proton's libraries a declaration belonged to.
fn prefix(header: &str) -> &'static str {
    match header {
        "listener" | "netaddr" | "proactor" | "proactor_ext" | "raw_connection" => "PNP_EXTERN",
        "handlers" | "log" | "messenger" | "reactor" | "selectable" | "url" => "PNX_EXTERN",
        "tls" => "PN_TLS_EXTERN",
        _ => "PN_EXTERN",
    }
}

/// What `isize` means in a header: cbindgen cannot tell, the types have the same size.
fn signed_word(header: &str) -> &'static str {
    if matches!(header, "logger" | "object_legacy") { "intptr_t" } else { "ssize_t" }
}

/// Names that a skeleton defines by itself: macros, types and objects.
fn defined_names(skeleton: &str) -> Vec<String> {
    let word = |text: &str| text.split(|c: char| !is_word(c)).next().unwrap_or_default().to_owned();
    skeleton
        .lines()
        .filter_map(|line| {
            if let Some(rest) = line.strip_prefix("#define ") {
                return Some(word(rest));
            }
            let rest = line.strip_prefix("typedef ").or_else(|| line.strip_prefix("PN_EXTERN extern "))?;
            let last = rest.strip_suffix(';')?.rsplit(' ').next()?;
            Some(last.trim_start_matches('*').to_owned())
        })
        .collect()
}

/// Names of the public C types of a source file. cbindgen alone would drop those that no function of the file uses.
fn public_types(source: &str) -> Vec<String> {
    let mut names: Vec<String> = source
        .lines()
        .filter_map(|line| {
            let line = line.trim_start();
            let line = line
                .split_once("pub ")
                .filter(|(before, _)| before.is_empty() || before.starts_with("#[repr"));
            let (keyword, name) = line?.1.split_once(' ')?;
            let name = name.split(|c: char| !is_word(c)).next()?;
            let a_type = matches!(keyword, "type" | "struct" | "enum" | "union");
            (a_type && (name.starts_with("pn") || name.starts_with(OURS))).then(|| name.to_owned())
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Names of the functions that pass between Rust and the C shim and are nobody else's business.
fn internal_functions(source: &str) -> Vec<String> {
    source
        .split("fn ")
        .filter_map(|rest| rest.split(|c: char| !is_word(c)).next())
        .filter(|name| name.starts_with(SHIM))
        .map(str::to_owned)
        .collect()
}

/// A source file with a public interface but without a skeleton would silently stay out of the headers.
fn every_export_is_declared(root: &Path, headers: &BTreeMap<String, String>) -> Outcome {
    for name in names_in(&root.join("src/ffi"), ".rs")? {
        if name == "mod" || headers.contains_key(&name) || is_ours(&name) {
            continue;
        }
        let text =
            declarations(&root.join("cbindgen.toml"), &root.join(format!("src/ffi/{name}.rs")), Vec::new())?;
        if let Some(line) = text.lines().find(|line| line.ends_with(");") && !line.starts_with("extern ")) {
            return Err(format!(
                "xtask/headers/{name}.h.in is missing, yet src/ffi/{name}.rs declares\n  {line}"
            ));
        }
    }
    Ok(())
}

fn names_in(folder: &Path, extension: &str) -> Result<Vec<String>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(extension).map(str::to_owned))
        .collect();
    names.sort();
    Ok(names)
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn remove(path: &Path) -> Outcome {
    fs::remove_file(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

const INCLUDE: &str = "include";
const HEADERS: &str = "include/proton";
/// The header of what Proton does not have.
const OURS: &str = "protium";
const DECLARATIONS: &str = "@declarations@";
const EXTERN_C: &str = "@extern-c@";

const LICENCE: &str = "/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_that_no_function_uses_are_still_public() {
        let source = "pub type pn_seconds_t = u32;\n#[repr(C)] pub struct pn_uuid_t {\n    pub enum pn_type_t {\n\
                      pub(crate) struct pn_hidden_t;\npub struct Facet;\n";
        assert_eq!(public_types(source), ["pn_seconds_t", "pn_type_t", "pn_uuid_t"]);
    }

    #[test]
    fn what_a_skeleton_defines_is_left_to_it() {
        let skeleton = "#define PN_HANDLE(name) \\\ntypedef struct pn_link_t pn_link_t;\n#include <x.h>\n\
                        PN_EXTERN extern const pn_class_t *PN_VOID;\n";
        assert_eq!(defined_names(skeleton), ["PN_HANDLE", "pn_link_t", "PN_VOID"]);
    }

    #[test]
    fn c_linkage_reaches_from_its_mark_to_the_end() {
        let text = place("A\n@extern-c@\nB\n@declarations@\nC\n", "int f(void);\n");
        assert!(
            text.starts_with("A\n#ifdef __cplusplus\nextern \"C\" {\n#endif\nB\nint f(void);\nC\n\n#ifdef")
        );
        assert!(text.ends_with("}\n#endif\n"));
    }
}
