//! Which mechanisms an application allows (spec/security.md section 2.3).

use super::text::shown;

/// A restriction to certain names, or none.
#[derive(Default)]
pub(super) struct AllowedMechanisms(Option<Vec<String>>);

/// What a client leaves alone unless it is told by name: these need tickets that few have.
const NOT_BY_DEFAULT: [&str; 4] = ["GSSAPI", "GSS-SPNEGO", "GS2-KRB5", "GS2-IAKERB"];

impl AllowedMechanisms {
    /// Names separated by blanks; an empty list allows nothing.
    pub(super) fn parse(names: Option<&[u8]>) -> Self {
        Self(names.map(|names| {
            String::from_utf8_lossy(names)
                .split(' ')
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect()
        }))
    }

    /// Names are compared without regard to case.
    fn lists(&self, name: &str) -> Option<bool> {
        self.0.as_ref().map(|allowed| allowed.iter().any(|one| one.eq_ignore_ascii_case(name)))
    }

    /// Whether a mechanism was allowed by its name.
    pub(super) fn names(&self, name: &str) -> bool {
        self.lists(name).unwrap_or(false)
    }

    /// Whether the program has said what is allowed.
    pub(super) const fn is_restricted(&self) -> bool {
        self.0.is_some()
    }

    /// The restriction, for people to read.
    pub(super) fn shown(&self) -> String {
        match self.0.as_deref() {
            None => "any".to_owned(),
            Some([]) => "none".to_owned(),
            Some(names) => shown(names.join(" ").as_bytes()),
        }
    }

    pub(super) fn server_may_use(&self, name: &str) -> bool {
        self.lists(name).unwrap_or(true)
    }

    pub(super) fn client_may_use(&self, name: &str) -> bool {
        self.lists(name).unwrap_or_else(|| !NOT_BY_DEFAULT.contains(&name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_list_allows_all_but_kerberos_on_a_client() {
        let none = AllowedMechanisms::parse(None);
        assert!(
            none.client_may_use("PLAIN") && !none.client_may_use("GSSAPI") && none.server_may_use("GSSAPI")
        );
    }

    #[test]
    fn a_list_is_exact_but_for_case_and_an_empty_one_allows_nothing() {
        let list = AllowedMechanisms::parse(Some(b"plain GSSAPI"));
        assert!(
            list.client_may_use("PLAIN") && list.client_may_use("GSSAPI") && !list.client_may_use("PLAI")
        );
        assert!(!AllowedMechanisms::parse(Some(b"")).server_may_use("ANONYMOUS"));
    }
}
