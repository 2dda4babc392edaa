//! Rules that turn one address into another, for routing and rewriting in a messenger (spec/legacy.md section 5.3).
//!
//! A pattern has two wildcards: `*` for any run of characters, `%` for one without a slash. What they stood for may be
//! put into the substitution, as `$1`, `$2` and so on; `$0` is the whole address, `$$` a dollar.

/// Rules, of which the first that fits counts.
#[derive(Default)]
pub(crate) struct Rules(Vec<Rule>);

struct Rule {
    pattern: Vec<u8>,
    /// Nothing at all comes of a rule without one.
    substitution: Option<Vec<u8>>,
}

/// What the rules make of an address.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// No rule fits.
    Same,
    Changed(Vec<u8>),
    /// The rule that fits gives no address.
    Nowhere,
}

impl Rules {
    pub(crate) fn add(&mut self, pattern: &[u8], substitution: Option<&[u8]>) {
        let rule = Rule { pattern: pattern.to_vec(), substitution: substitution.map(<[u8]>::to_vec) };
        self.0.push(rule);
    }

    pub(crate) fn apply(&self, address: &[u8]) -> Outcome {
        for rule in &self.0 {
            if let Some(runs) = runs(&rule.pattern, address) {
                return match &rule.substitution {
                    Some(substitution) => Outcome::Changed(substitute(substitution, address, &runs)),
                    None => Outcome::Nowhere,
                };
            }
        }
        Outcome::Same
    }

    /// The substitutions, in order.
    pub(crate) fn substitutions(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().filter_map(|rule| rule.substitution.as_deref())
    }
}

/// What each wildcard of `pattern` stands for in `text`, the first as long as can be, then the next; `None` if the
/// pattern does not fit. For every place in the text it is known from which places in the pattern the rest fits, so
/// no text takes longer than its length times the pattern's.
fn runs<'a>(pattern: &[u8], text: &'a [u8]) -> Option<Vec<&'a [u8]>> {
    let fits = table(pattern, text);
    let fit = |p: usize, t: usize| fits.get(p).and_then(|row| row.get(t)).copied().unwrap_or(false);
    if !fit(0, 0) {
        return None;
    }
    let (mut found, mut at) = (Vec::new(), 0);
    for (place, &symbol) in pattern.iter().enumerate() {
        if !matches!(symbol, b'*' | b'%') {
            at += 1;
            continue;
        }
        let rest = text.get(at..).unwrap_or_default();
        let limit =
            if symbol == b'%' { rest.iter().take_while(|&&byte| byte != b'/').count() } else { rest.len() };
        let length = (0..=limit).rev().find(|length| fit(place + 1, at + length))?;
        found.push(rest.get(..length).unwrap_or_default());
        at += length;
    }
    Some(found)
}

/// Whether the pattern from place `p` fits the text from place `t`, for all of both.
fn table(pattern: &[u8], text: &[u8]) -> Vec<Vec<bool>> {
    let mut rows = vec![vec![false; text.len() + 1]; pattern.len() + 1];
    let mut below: Vec<bool> = (0..=text.len()).map(|t| t == text.len()).collect();
    for (p, &symbol) in pattern.iter().enumerate().rev() {
        let mut row = vec![false; text.len() + 1];
        let mut next = false;
        for t in (0..=text.len()).rev() {
            let here = text.get(t).copied();
            let after = below.get(t + 1).copied().unwrap_or(false);
            let fits = match symbol {
                // An empty run, or one byte more of it.
                b'*' => below.get(t).copied().unwrap_or(false) || next,
                b'%' => below.get(t).copied().unwrap_or(false) || (next && here != Some(b'/')),
                literal => here == Some(literal) && after,
            };
            if let Some(place) = row.get_mut(t) {
                *place = fits;
            }
            next = fits;
        }
        if let Some(place) = rows.get_mut(p + 1) {
            *place = std::mem::replace(&mut below, row);
        }
    }
    if let Some(place) = rows.first_mut() {
        *place = below;
    }
    rows
}

fn substitute(substitution: &[u8], whole: &[u8], runs: &[&[u8]]) -> Vec<u8> {
    let mut address = Vec::new();
    let mut rest = substitution;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        if byte != b'$' {
            address.push(byte);
        } else if let Some(behind) = rest.strip_prefix(b"$") {
            address.push(b'$');
            rest = behind;
        } else {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let (number, behind) = rest.split_at(digits);
            rest = behind;
            match std::str::from_utf8(number).ok().and_then(|digits| digits.parse::<usize>().ok()) {
                Some(0) => address.extend_from_slice(whole),
                Some(n) => address.extend_from_slice(runs.get(n - 1).copied().unwrap_or_default()),
                None if digits == 0 => address.extend_from_slice(whole),
                None => {}
            }
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(pattern: &str, substitution: &str, address: &str) -> Option<String> {
        let mut rules = Rules::default();
        rules.add(pattern.as_bytes(), Some(substitution.as_bytes()));
        match rules.apply(address.as_bytes()) {
            Outcome::Changed(text) => Some(String::from_utf8(text).unwrap()),
            Outcome::Same => None,
            Outcome::Nowhere => Some("nowhere".into()),
        }
    }

    #[test]
    fn wildcards_stand_for_the_longest_runs_that_fit() {
        let to = |text: &str| Some(text.to_owned());
        assert_eq!(apply("amqp://%/*", "$1|$2", "amqp://host:5/a/b"), to("host:5|a/b"));
        assert_eq!(apply("*/*", "$1|$2", "a/b/c"), to("a/b|c"));
        assert_eq!(apply("%/*", "$1|$2", "a/b/c"), to("a|b/c"));
        assert_eq!(apply("*%", "$1|$2", "abc"), to("abc|"));
        assert_eq!(apply("a*b*c", "$1|$2", "abbc"), to("b|"));
        assert_eq!(apply("*", "x", ""), to("x"));
        assert_eq!(apply("%", "x", "a/b"), None);
        assert_eq!(apply("abc", "x", "abcd"), None);
        assert_eq!(apply("", "x", ""), to("x"));
    }

    #[test]
    fn substitutions_name_runs_the_whole_and_the_dollar() {
        let to = |text: &str| Some(text.to_owned());
        assert_eq!(apply("a%", "$0-$1-$2-$$", "ab"), to("ab-b--$"));
        assert_eq!(apply("a%", "$x$", "ab"), to("abxab"));
        assert_eq!(apply("a%", "$99999999999999999999999", "ab"), to(""));
        assert_eq!(apply(&"*".repeat(70), "$65", "ab"), to(""), "there may be any number of runs");
    }

    #[test]
    fn the_first_rule_that_fits_counts() {
        let mut rules = Rules::default();
        rules.add(b"a*", None);
        rules.add(b"*", Some(b"second"));
        assert_eq!(rules.apply(b"ab"), Outcome::Nowhere);
        assert_eq!(rules.apply(b"b"), Outcome::Changed(b"second".to_vec()));
        assert_eq!(Rules::default().apply(b"b"), Outcome::Same);
    }

    #[test]
    fn a_pattern_of_nothing_but_wildcards_takes_no_time() {
        let pattern = "*a".repeat(200);
        assert_eq!(apply(&pattern, "x", &"a".repeat(5000)), Some("x".into()));
        assert_eq!(apply(&pattern, "x", &"ab".repeat(2500)), None);
    }
}
