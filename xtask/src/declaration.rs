//! Turns cbindgen's C into the declarations of a public header.
//!
//! cbindgen writes `extern` before what Rust only declares and nothing before what Rust defines; a header needs its
//! export macro before both. It says `struct` or `enum` where the type names of this interface stand for themselves.
//! And it knows neither printf formats nor inline functions.

/// Rewrites the declarations of one header; `prefix` is its export macro.
pub(crate) fn polish(text: &str, prefix: &str) -> Result<String, String> {
    let mut output = String::new();
    let text = with_short_comments(text);
    let mut lines = text.lines().map(str::trim_end);
    let mut depth = 0_usize;
    while let Some(line) = lines.next() {
        let plain = if defines_tag(line) { line.to_owned() } else { without_tags(line) };
        if depth == 0 && starts_declaration(line) {
            let mut whole = vec![plain];
            while !whole.last().is_some_and(|last| last.ends_with(';')) {
                let next = lines.next().ok_or("a declaration has no end")?;
                whole.push(without_tags(next.trim_end()));
            }
            output.push_str(&declaration(&whole, prefix)?);
        } else {
            output.push_str(&plain);
        }
        output.push('\n');
        if !is_comment(line) {
            depth += line.matches('{').count();
            depth = depth.saturating_sub(line.matches('}').count());
        }
    }
    Ok(output)
}

/// Puts comments of one sentence on one line, where cbindgen takes three.
fn with_short_comments(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let mut output = String::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let words = lines.get(at + 1).and_then(|next| next.trim_start().strip_prefix("* "));
        let ends = lines.get(at + 2).is_some_and(|last| last.trim_start() == "*/");
        match words {
            Some(words) if ends && line.trim_start() == "/**" && line.len() + words.len() < 105 => {
                output.push_str(&format!("{line} {words} */\n"));
                at += 3;
            }
            _ => {
                output.push_str(&format!("{line}\n"));
                at += 1;
            }
        }
    }
    output
}

/// Finishes one function or object, given as its lines.
fn declaration(lines: &[String], prefix: &str) -> Result<String, String> {
    if let Some((warning, rest)) =
        lines[0].split_once(END_OF_WARNING).filter(|_| lines[0].starts_with(WARNING))
    {
        let shift = lines[0].len() - rest.len();
        let later = lines[1..].iter().map(|line| line.get(shift..).unwrap_or(line.trim_start()).to_owned());
        let plain: Vec<String> = [rest.to_owned()].into_iter().chain(later).collect();
        return Ok(format!("{warning}{}\n{}", END_OF_WARNING.trim_end(), declaration(&plain, prefix)?));
    }
    let joined = joined(lines);
    let Some(name) = declared_name(&joined) else {
        return Err(format!("cannot see what this declares: {joined}"));
    };
    if !name.to_lowercase().starts_with("pn") && !name.starts_with("protium_") {
        return Err(format!("{name} is not a name of this interface; hide it with `/// cbindgen:ignore`"));
    }
    if let Some((_, body)) = INLINE.iter().find(|(function, _)| *function == name) {
        let head = joined.trim_end_matches(';');
        return Ok(format!("{INLINE_CONDITION}\ninline {head}\n{body}\n#else\n{prefix} {head};\n#endif"));
    }
    let function = joined.contains('(');
    let first = if function { lines[0].strip_prefix("extern ").unwrap_or(&lines[0]) } else { &lines[0] };
    let shift = prefix.len() + 1 + first.len() - lines[0].len();
    let mut text = format!("{prefix} {first}");
    for line in &lines[1..] {
        text.push_str(&format!("\n{}{line}", " ".repeat(shift)));
    }
    if let Some(attribute) = printf_attribute(&joined) {
        text.truncate(text.len() - 1);
        text.push_str(&format!("\n  {attribute};"));
    }
    Ok(text)
}

/// Whether a line outside braces begins a function or an object. Everything else starts with a known word.
fn starts_declaration(line: &str) -> bool {
    let other = ["#", "typedef ", "/", " ", "}", "{"];
    let tag = ["struct ", "enum ", "union "];
    let opens_tag = tag.iter().any(|word| line.starts_with(word)) && !line.contains('(');
    !line.is_empty() && !opens_tag && !other.iter().any(|start| line.starts_with(start))
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('*') || line.starts_with('/')
}

/// Whether the tag on this line is being defined or declared, so that it has to stay.
fn defines_tag(line: &str) -> bool {
    let tag = ["struct ", "enum ", "union "];
    let body = line.strip_prefix("typedef ").unwrap_or(line);
    is_comment(line)
        || line.starts_with('#')
        || (tag.iter().any(|word| body.starts_with(word)) && !line.contains('(') && !line.starts_with(' '))
}

fn without_tags(line: &str) -> String {
    ["struct ", "enum ", "union "].iter().fold(line.to_owned(), |text, tag| {
        text.replace(&format!("{tag}pn"), "pn").replace(&format!("{tag}protium"), "protium")
    })
}

fn joined(lines: &[String]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

/// The name before the first parenthesis that is not a pointer's, or the last word of an object.
fn declared_name(joined: &str) -> Option<&str> {
    let head = match joined.find("(*") {
        Some(0) => return None,
        Some(at) if !joined[..at].contains('(') => joined[at + 2..].split('(').next()?,
        _ => joined.split('(').next()?,
    };
    let head = head.trim_end_matches([';', '[', ']']);
    head.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().filter(|name| !name.is_empty())
}

/// The annotation of a function that formats text as printf does: its format parameter is followed by `...` or by a
/// `va_list`. The fill and scan functions have formats of their own.
fn printf_attribute(joined: &str) -> Option<String> {
    let (head, parameters) = joined.trim_end_matches([';', ')']).split_once('(')?;
    if head.contains("pn_data_") {
        return None;
    }
    let parameters: Vec<&str> = parameters.split(',').map(str::trim).collect();
    let (last, rest) = parameters.split_last()?;
    let is_format = |text: &&str| text.ends_with("*fmt") || text.ends_with("*format");
    rest.last().filter(|text| is_format(text))?;
    match *last {
        "..." => Some(format!("PN_PRINTF_FORMAT_ATTR({}, {})", rest.len(), parameters.len())),
        list if list.starts_with("va_list") => Some(format!("PN_PRINTF_FORMAT_ATTR({}, 0)", rest.len())),
        _ => None,
    }
}

/// What stands before a function that programs should no longer use.
const WARNING: &str = "PN_DEPRECATED(\"";
const END_OF_WARNING: &str = "\") ";

/// Functions so small that a program should have their body; the library has them too, for programs that do not.
const INLINE: [(&str, &str); 2] = [
    ("pn_bytes", "{\n  pn_bytes_t bytes;\n  bytes.size = size;\n  bytes.start = start;\n  return bytes;\n}"),
    (
        "pn_rwbytes",
        "{\n  pn_rwbytes_t bytes;\n  bytes.size = size;\n  bytes.start = start;\n  return bytes;\n}",
    ),
];

/// Where `inline` means what C99 and C++ say; the GNU dialect of C89 would define the function in every file.
const INLINE_CONDITION: &str = "#if defined(__cplusplus) || \\
  (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 199901L && !defined(__GNUC_GNU_INLINE__))";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_declaration_gets_the_export_macro() {
        let text = polish("int pn_f(int x);\n\nextern int pn_g(struct pn_a_t *a, ...);\n", "PN_EXTERN")
            .expect("valid");
        assert_eq!(text, "PN_EXTERN int pn_f(int x);\n\nPN_EXTERN int pn_g(pn_a_t *a, ...);\n");
    }

    #[test]
    fn a_warning_stands_above_its_declaration() {
        let source =
            "PN_DEPRECATED(\"use pn_g()\") int pn_f(int x,\n                                     int y);\n";
        let text = polish(source, "PN_EXTERN").expect("valid");
        assert_eq!(
            text,
            "PN_DEPRECATED(\"use pn_g()\")\nPN_EXTERN int pn_f(int x,\n                   int y);\n"
        );
    }

    #[test]
    fn objects_stay_extern_and_functions_do_not() {
        let text = polish("extern const struct pn_bytes_t pn_bytes_null;\n", "PN_EXTERN").expect("valid");
        assert_eq!(text, "PN_EXTERN extern const pn_bytes_t pn_bytes_null;\n");
    }

    #[test]
    fn type_definitions_are_left_alone_but_for_the_tags_they_use() {
        let source =
            "typedef struct pn_a_t {\n  struct pn_b_t *b;\n} pn_a_t;\n\ntypedef struct pn_c_t pn_c_t;\n";
        let text = polish(source, "PN_EXTERN").expect("valid");
        assert_eq!(text, source.replace("struct pn_b_t", "pn_b_t"));
    }

    #[test]
    fn broken_lines_keep_their_parameters_below_each_other() {
        let text =
            polish("void *pn_n(const pn_c_t *c,\n           size_t s);\n", "PN_EXTERN").expect("valid");
        assert_eq!(text, "PN_EXTERN void *pn_n(const pn_c_t *c,\n                     size_t s);\n");
    }

    #[test]
    fn formats_are_announced_to_the_compiler() {
        let text = polish("int pn_e(pn_x_t *x, const char *fmt, ...);\n", "PN_EXTERN").expect("valid");
        assert_eq!(
            text,
            "PN_EXTERN int pn_e(pn_x_t *x, const char *fmt, ...)\n  PN_PRINTF_FORMAT_ATTR(2, 3);\n"
        );
        let text =
            polish("int pn_data_fill(pn_x_t *x, const char *fmt, ...);\n", "PN_EXTERN").expect("valid");
        assert!(!text.contains("ATTR"), "{text}");
    }

    #[test]
    fn functions_that_return_functions_are_understood() {
        let text = polish("void (*pn_get(pn_x_t *x))(void*);\n", "PN_EXTERN").expect("valid");
        assert_eq!(text, "PN_EXTERN void (*pn_get(pn_x_t *x))(void*);\n");
    }

    #[test]
    fn a_short_comment_takes_one_line() {
        let text = polish("  /**\n   * One.\n   */\n/**\n * Two.\n *\n * Three.\n */\n", "PN_EXTERN")
            .expect("valid");
        assert_eq!(text, "  /** One. */\n/**\n * Two.\n *\n * Three.\n */\n");
    }

    #[test]
    fn a_name_from_elsewhere_is_refused() {
        assert!(polish("int helper(int x);\n", "PN_EXTERN").is_err());
    }
}
