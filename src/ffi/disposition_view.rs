//! How a disposition turns from one type into another (spec/engine.md section 8).
//!
//! Looking at the fields of another type on our own side turns it into that type. Programs made for releases up to
//! 0.37, where the fields of all types existed side by side, look at every field before pn_delivery_update() names
//! the type. So what a turn displaces is put aside, and the update takes it up again if it is what was meant. What
//! the peer said is never turned by looking: fields that it does not have read as empty.

use std::mem::{discriminant, replace, take};

use crate::codec::Field;
use crate::engine::Disposition;
use crate::engine::disposition::{Custom, DECLARED, MODIFIED, RECEIVED, TRANSACTIONAL};

/// A disposition on its way through a call.
pub(super) struct View<'a> {
    pub(super) state: &'a mut Disposition,
    /// States that are not the disposition's own: displaced ones, or ones to look at. One a form at most.
    pub(super) aside: &'a mut Vec<Disposition>,
    /// The peer's view, not ours.
    pub(super) remote: bool,
}

impl View<'_> {
    /// Turns the disposition into the form of `empty`, with what was put aside of that form.
    pub(super) fn turn(&mut self, empty: Disposition) -> &mut Disposition {
        if discriminant(self.state) != discriminant(&empty) {
            let wanted = take_form(self.aside, &empty).unwrap_or(empty);
            let displaced = replace(self.state, wanted);
            self.put_aside(displaced);
        }
        self.state
    }

    /// Turns the disposition into its raw list.
    pub(super) fn turn_raw(&mut self) -> &mut Disposition {
        if !matches!(self.state, Disposition::Custom(_)) {
            let displaced = copy(self.state);
            self.put_aside(displaced);
            self.state.custom_mut();
        }
        self.state
    }

    /// What the peer said is not ours to restore.
    fn put_aside(&mut self, state: Disposition) {
        if !self.remote && !says_nothing(&state) {
            take_form(self.aside, &state);
            self.aside.push(state);
        }
    }

    /// Makes fields of the form of `empty` available: our own disposition turns, the peer's gets them beside it.
    pub(super) fn look(&mut self, empty: Disposition) {
        if discriminant(self.state) == discriminant(&empty) {
            return;
        }
        match (matches!(empty, Disposition::Custom(_)), self.remote) {
            (true, false) => {
                self.turn_raw();
            }
            (false, false) => {
                self.turn(empty);
            }
            (raw, true) => self.look_beside(if raw { raw_copy(self.state) } else { empty }),
        }
    }

    /// Makes the data available that goes with states which have no fields of their own. Programs made for releases up
    /// to 0.40 take a peer's rejection for a declared transaction if there is anything in it.
    pub(super) fn look_data(mut self) {
        let kind = self.state.kind();
        if self.remote && (RECEIVED..=MODIFIED).contains(&kind) {
            self.look_beside(Disposition::Custom(Box::new(Custom { kind, body: Field::Empty })));
        } else {
            self.look(Disposition::Custom(Box::default()));
        }
    }

    /// Puts `fresh` beside the disposition, unless just that is there: somebody may be reading it.
    fn look_beside(&mut self, fresh: Disposition) {
        let old = take_form(self.aside, &fresh);
        self.aside.push(old.filter(|old| encoded(old) == encoded(&fresh)).unwrap_or(fresh));
    }

    /// Before our own disposition gets the type `kind`: takes up what was put aside for it and forgets the rest.
    pub(super) fn recall(self, kind: u64) {
        let mut aside = take(self.aside);
        if self.state.kind() == kind {
            return;
        }
        if matches!(kind, DECLARED | TRANSACTIONAL)
            && let Some(body) = raw_list(self.state, &mut aside)
        {
            *self.state = Disposition::Custom(Box::new(Custom { kind, body }));
            return;
        }
        if let Some(kept) = take_form(&mut aside, &Disposition::of_kind(kind))
            && (kept.kind() == 0 || kept.kind() == kind)
        {
            *self.state = kept;
        }
    }
}

impl<'a> View<'a> {
    /// The fields of the form of `empty`, in the disposition or beside it.
    pub(super) fn find(self, empty: &Disposition) -> Option<&'a mut Disposition> {
        let same = |state: &&mut Disposition| discriminant(&**state) == discriminant(empty);
        std::iter::once(self.state).chain(self.aside.iter_mut()).find(same)
    }
}

/// The list that a program gave for a type it had not named yet, in the disposition or beside it. Older programs give
/// the fields of the transactional types that way, because releases up to 0.37 have no other.
fn raw_list(state: &mut Disposition, aside: &mut [Disposition]) -> Option<Field> {
    std::iter::once(state).chain(aside).find_map(|state| match state {
        Disposition::Custom(custom) if custom.kind == 0 && !custom.body.is_empty() => {
            Some(take(&mut custom.body))
        }
        _ => None,
    })
}

fn take_form(aside: &mut Vec<Disposition>, form: &Disposition) -> Option<Disposition> {
    let place = aside.iter().position(|state| discriminant(state) == discriminant(form))?;
    Some(aside.swap_remove(place))
}

fn says_nothing(state: &Disposition) -> bool {
    match state {
        Disposition::None => true,
        Disposition::Custom(custom) => custom.kind == 0 && custom.body.is_empty(),
        _ => false,
    }
}

fn copy(state: &Disposition) -> Disposition {
    match state {
        Disposition::None => Disposition::None,
        state => Disposition::from_wire(&state.to_wire()),
    }
}

fn raw_copy(state: &Disposition) -> Disposition {
    let mut raw = copy(state);
    raw.custom_mut();
    raw
}

fn encoded(state: &Disposition) -> Vec<u8> {
    let mut bytes = Vec::new();
    state.to_wire().encode(&mut bytes);
    bytes
}
