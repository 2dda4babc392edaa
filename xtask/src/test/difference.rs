//! Comparing two transcripts, and the list of differences that are meant to be.
//!
//! A list is made of blocks. Each says why in lines that start with `#`, then has the lines that only the reference
//! prints (`- `) and those that only this library prints (`+ `). A difference that is not listed fails, and so does
//! a listed one that did not occur: it has been repaired, or never was.

use std::collections::BTreeSet;

/// The lines two transcripts do not share, in order, marked `- ` and `+ `.
pub(crate) fn differences(reference: &str, ours: &str) -> Vec<String> {
    let (a, b): (Vec<&str>, Vec<&str>) = (reference.lines().collect(), ours.lines().collect());
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - tail], &b[..b.len() - tail]);
    let width = b.len() + 1;
    // longest[i][j]: how many lines a[i..] and b[j..] share in order.
    let mut longest = vec![0u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            longest[i * width + j] = if a[i] == b[j] {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut found) = (0, 0, Vec::new());
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || (i < a.len() && longest[(i + 1) * width + j] >= longest[i * width + j + 1])
        {
            found.push(format!("- {}", a[i]));
            i += 1;
        } else {
            found.push(format!("+ {}", b[j]));
            j += 1;
        }
    }
    found
}

/// Judges differences by a list; gives what is wrong, a line each.
pub(crate) fn judge(found: &[String], list: &str) -> Result<Vec<String>, String> {
    let allowed = parse(list)?;
    let seen: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    let mut wrong: Vec<String> =
        found.iter().filter(|line| !allowed.contains(line.as_str())).cloned().collect();
    let absent = allowed.iter().filter(|line| !seen.contains(*line));
    wrong.extend(absent.map(|line| format!("listed, but did not occur: {line}")));
    Ok(wrong)
}

/// The lines of all blocks. Every block must have its reason.
fn parse(list: &str) -> Result<BTreeSet<&str>, String> {
    let mut allowed = BTreeSet::new();
    for block in list.split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
        let (reasons, lines): (Vec<&str>, Vec<&str>) = block.lines().partition(|line| line.starts_with('#'));
        if reasons.is_empty() || !block.starts_with('#') {
            return Err(format!("a difference without a reason:\n{block}"));
        }
        for line in lines {
            if !line.starts_with("- ") && !line.starts_with("+ ") {
                return Err(format!("not a line of a difference: {line}"));
            }
            allowed.insert(line);
        }
    }
    Ok(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_transcripts_have_no_differences() {
        assert!(differences("a\nb\n", "a\nb\n").is_empty());
    }

    #[test]
    fn a_line_more_is_one_difference_wherever_it_stands() {
        assert_eq!(differences("a\nb\nc", "a\nx\nb\nc"), ["+ x"]);
        assert_eq!(differences("a\nb\nc", "b\nc"), ["- a"]);
        assert_eq!(differences("a\nb\nc", "a\ny\nc"), ["- b", "+ y"]);
    }

    #[test]
    fn a_listed_difference_passes_and_a_listed_one_that_is_gone_fails() {
        let list = "# Newer releases say more.\n- b\n+ y\n";
        let found = differences("a\nb\nc", "a\ny\nc");
        assert_eq!(judge(&found, list), Ok(vec![]));
        assert_eq!(judge(&found, ""), Ok(vec!["- b".into(), "+ y".into()]));
        assert_eq!(judge(&[], "# why\n- b\n"), Ok(vec!["listed, but did not occur: - b".into()]));
    }

    #[test]
    fn a_difference_needs_a_reason() {
        assert!(judge(&[], "- b\n").is_err());
        assert!(judge(&[], "# why\nb\n").is_err());
    }
}
