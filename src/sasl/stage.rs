//! How far an exchange is: the frames by rank, and what may follow what (spec/security.md section 2.8).

/// What was sent last, or is to be sent next. The order is the rank; the numbers are those of `enum pnx_sasl_state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Nothing = 0,
    Init = 1,
    Mechanisms = 2,
    Response = 3,
    Challenge = 4,
    /// The server's outcome has arrived and is a success.
    Succeeded = 5,
    /// It is none, or there is no way to go on.
    Failed = 6,
    Outcome = 7,
    Error = 8,
}

impl Stage {
    pub(crate) fn from_number(number: u32) -> Option<Self> {
        const ALL: [Stage; 9] = [
            Stage::Nothing,
            Stage::Init,
            Stage::Mechanisms,
            Stage::Response,
            Stage::Challenge,
            Stage::Succeeded,
            Stage::Failed,
            Stage::Outcome,
            Stage::Error,
        ];
        ALL.get(number as usize).copied()
    }

    /// Whether only one side can be there: `Some(true)` for the server.
    const fn side(self) -> Option<bool> {
        match self {
            Self::Nothing | Self::Error => None,
            Self::Init | Self::Response | Self::Succeeded | Self::Failed => Some(false),
            Self::Mechanisms | Self::Challenge | Self::Outcome => Some(true),
        }
    }

    /// Why one side may not go from `sent` to this stage.
    pub(super) fn objection(self, sent: Self, server: bool) -> Option<String> {
        let number = self as u32;
        match self.side() {
            _ if self < sent => Some(format!(
                "Trying to send SASL frame ({number}), but illegal: already in later state ({})",
                sent as u32
            )),
            Some(true) if !server => Some(format!("Trying to send server SASL frame ({number}) on a client")),
            Some(false) if server => Some(format!("Trying to send client SASL frame ({number}) on a server")),
            _ => None,
        }
    }

    /// The stage before a question or an answer, so that another one may follow.
    pub(super) const fn again(self) -> Option<Self> {
        match self {
            Self::Response => Some(Self::Init),
            Self::Challenge => Some(Self::Mechanisms),
            _ => None,
        }
    }

    /// What has to be sent next on the way from `sent` to here. What has to go before goes first.
    pub(super) fn next_after(self, sent: Self) -> Option<Self> {
        match self {
            _ if self <= sent => None,
            Self::Nothing | Self::Failed | Self::Error => None,
            Self::Challenge | Self::Outcome if sent < Self::Mechanisms => Some(Self::Mechanisms),
            Self::Response | Self::Succeeded if sent < Self::Init => Some(Self::Init),
            Self::Succeeded => None,
            _ => Some(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_to_go_before_goes_first() {
        assert_eq!(Stage::Outcome.next_after(Stage::Nothing), Some(Stage::Mechanisms));
        assert_eq!(Stage::Outcome.next_after(Stage::Mechanisms), Some(Stage::Outcome));
        assert_eq!(Stage::Response.next_after(Stage::Nothing), Some(Stage::Init));
        assert_eq!(Stage::Succeeded.next_after(Stage::Init), None);
        assert_eq!(
            Stage::Failed.next_after(Stage::Nothing),
            None,
            "nothing is said to a server that fits not"
        );
    }

    #[test]
    fn nobody_goes_back_or_speaks_for_the_other_side() {
        assert!(Stage::Init.objection(Stage::Succeeded, false).is_some());
        assert!(Stage::Outcome.objection(Stage::Nothing, false).is_some());
        assert!(Stage::Succeeded.objection(Stage::Nothing, true).is_some());
        assert!(Stage::Outcome.objection(Stage::Outcome, true).is_none());
        assert!(Stage::from_number(9).is_none() && Stage::from_number(8) == Some(Stage::Error));
    }
}
