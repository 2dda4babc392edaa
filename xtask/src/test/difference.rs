//! Comparing two transcripts, and the list of differences that are meant to be.
//!
//! A list is made of blocks. Each says why in lines that start with `#`, then has the lines that only the reference
//! prints (`- `) and those that only this library prints (`+ `). A difference that is not listed fails, and so does
//! a listed one that did not occur: it has been repaired, or never was. A build that runs again has the differences of
//! the first one, as far as they occur, and a list of its own.
//!
//! Every line of a transcript starts with the name of its scenario in brackets. Scenarios are compared one by one, as
//! long as both sides have the same ones in the same order.

use std::collections::BTreeSet;
use std::fmt;

/// What the comparison of two transcripts came to.
pub(crate) struct Verdict {
    pub(crate) lines: usize,
    pub(crate) scenarios: u64,
    pub(crate) wrong_scenarios: u64,
    listed: usize,
    /// The lines that are wrong, and why.
    pub(crate) wrong: Vec<String>,
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lines, scenarios, listed, .. } = self;
        write!(out, "{scenarios} scenarios, {lines} lines, {listed} listed differences")
    }
}

/// The differences that are meant to be.
#[derive(Default)]
pub(crate) struct Lists {
    /// All of these have to occur.
    pub(crate) expected: String,
    /// These may occur.
    pub(crate) allowed: String,
}

/// Compares the transcripts and judges what differs by lists.
pub(crate) fn verdict(reference: &str, ours: &str, lists: &Lists) -> Result<Verdict, String> {
    let (a, b) = (scenarios(reference), scenarios(ours));
    let same = a.iter().map(|lines| name(lines[0])).eq(b.iter().map(|lines| name(lines[0])));
    let found: Vec<String> = if same {
        a.iter().zip(&b).flat_map(|(a, b)| differences(a, b)).collect()
    } else {
        differences(&a.concat(), &b.concat())
    };
    let wrong = judge(&found, lists)?;
    let names: BTreeSet<&str> = a.iter().map(|lines| name(lines[0])).collect();
    let wrong_names: BTreeSet<&str> = wrong.iter().map(|line| name(line)).collect();
    Ok(Verdict {
        lines: reference.lines().count(),
        scenarios: names.len() as u64,
        wrong_scenarios: wrong_names.len() as u64,
        listed: found.len() - wrong.iter().filter(|line| found.contains(line)).count(),
        wrong,
    })
}

/// The runs of lines that belong to one scenario.
fn scenarios(transcript: &str) -> Vec<Vec<&str>> {
    let lines: Vec<&str> = transcript.lines().collect();
    lines.chunk_by(|a, b| name(a) == name(b)).map(<[&str]>::to_vec).collect()
}

/// The name of a line's scenario, brackets included.
fn name(line: &str) -> &str {
    let from = line.find('[').unwrap_or(0);
    let to = line[from..].find(']').map_or(line.len(), |at| from + at + 1);
    &line[from..to]
}

/// The lines two transcripts do not share, in order, marked `- ` and `+ `.
fn differences(a: &[&str], b: &[&str]) -> Vec<String> {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
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

/// Judges differences by lists; gives what is wrong, a line each.
fn judge(found: &[String], lists: &Lists) -> Result<Vec<String>, String> {
    let (expected, allowed) = (parse(&lists.expected)?, parse(&lists.allowed)?);
    let in_brief: BTreeSet<&str> = allowed.iter().map(|line| brief(line)).collect();
    let seen: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    let listed = |line: &str| expected.contains(line) || allowed.contains(line) || in_brief.contains(line);
    let mut wrong: Vec<String> = found.iter().filter(|line| !listed(line)).cloned().collect();
    let absent = expected.iter().filter(|line| !seen.contains(*line));
    wrong.extend(absent.map(|line| format!("listed, but did not occur: {line}")));
    Ok(wrong)
}

/// A line as a program prints it that leaves out the texts of TLS libraries.
fn brief(line: &str) -> &str {
    const FAILURE: &str = "SSL Failure";
    match line.find(": SSL Failure: ") {
        Some(at) => &line[..at + 2 + FAILURE.len()],
        None => line,
    }
}

/// The lines of all blocks. Every block must have its reason.
fn parse(list: &str) -> Result<BTreeSet<&str>, String> {
    let mut allowed = BTreeSet::new();
    for block in list.split("\n\n").map(|block| block.trim_matches('\n')).filter(|block| !block.is_empty()) {
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

    fn expected(list: &str) -> Lists {
        Lists { expected: list.into(), allowed: String::new() }
    }

    #[test]
    fn equal_transcripts_have_no_differences() {
        assert!(differences(&["a", "b"], &["a", "b"]).is_empty());
    }

    #[test]
    fn a_line_more_is_one_difference_wherever_it_stands() {
        assert_eq!(differences(&["a", "b", "c"], &["a", "x", "b", "c"]), ["+ x"]);
        assert_eq!(differences(&["a", "b", "c"], &["b", "c"]), ["- a"]);
        assert_eq!(differences(&["a", "b", "c"], &["a", "y", "c"]), ["- b", "+ y"]);
    }

    #[test]
    fn a_blank_at_the_end_of_a_block_counts() {
        let found = differences(&["[a] value "], &[]);
        assert_eq!(judge(&found, &expected("# why\n- [a] value \n")), Ok(vec![]));
    }

    #[test]
    fn a_listed_difference_passes_and_a_listed_one_that_is_gone_fails() {
        let list = expected("# Newer releases say more.\n- b\n+ y\n");
        let found = differences(&["a", "b", "c"], &["a", "y", "c"]);
        assert_eq!(judge(&found, &list), Ok(vec![]));
        assert_eq!(judge(&found, &expected("")), Ok(vec!["- b".into(), "+ y".into()]));
        assert_eq!(judge(&[], &expected("# why\n- b\n")), Ok(vec!["listed, but did not occur: - b".into()]));
    }

    #[test]
    fn an_allowed_difference_passes_and_may_be_absent() {
        let lists = Lists { expected: "# own\n+ y\n".into(), allowed: "# why\n- b\n\n# why\n- z\n".into() };
        assert_eq!(judge(&["- b".into(), "+ y".into()], &lists), Ok(vec![]));
        assert_eq!(judge(&["+ y".into(), "+ z".into()], &lists), Ok(vec!["+ z".into()]));
    }

    #[test]
    fn an_allowed_difference_counts_in_brief_as_well() {
        let allowed = "# why\n+ A failed: SSL Failure: error:0A000086:SSL routines::words\n".into();
        let lists = Lists { expected: String::new(), allowed };
        assert_eq!(judge(&["+ A failed: SSL Failure".into()], &lists), Ok(vec![]));
        assert_eq!(judge(&["+ B failed: SSL Failure".into()], &lists).unwrap().len(), 1);
    }

    #[test]
    fn scenarios_are_counted_and_judged_one_by_one() {
        let reference = "[one]\n[one] a\n[two]\n[two] b\n";
        let verdict = verdict(reference, "[one]\n[one] a\n[two]\n[two] c\n", &Lists::default()).unwrap();
        assert_eq!((verdict.scenarios, verdict.wrong_scenarios), (2, 1));
        assert_eq!(verdict.wrong, ["- [two] b", "+ [two] c"]);
    }

    #[test]
    fn a_scenario_that_one_side_lacks_is_a_difference() {
        let verdict = verdict("[one] a\n[two] b\n", "[two] b\n", &Lists::default()).unwrap();
        assert_eq!(verdict.wrong, ["- [one] a"]);
    }

    #[test]
    fn a_difference_needs_a_reason() {
        assert!(judge(&[], &expected("- b\n")).is_err());
        assert!(judge(&[], &expected("# why\nb\n")).is_err());
    }
}
