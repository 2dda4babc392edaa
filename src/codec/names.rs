//! The names of the standard's composite types and their fields, by numeric descriptor.
//!
//! Text forms use them: `@open(16) [container-id="c"]`. The performative tables are checked against this list.

/// A composite type of the AMQP standard.
pub(crate) struct CompositeName {
    /// The type's name, such as `open`.
    pub(crate) name: &'static str,
    /// Its fields in the standard's order; empty for restricted types that are no lists.
    pub(crate) fields: &'static [&'static str],
}

/// Makes the lookup a `match`, which the compiler turns into a jump table.
macro_rules! composites {
    ($($code:literal $name:literal [$($field:literal)*])*) => {
        /// The composite type with this descriptor code.
        pub(crate) fn composite(descriptor: u64) -> Option<&'static CompositeName> {
            Some(match descriptor {
                $($code => &CompositeName { name: $name, fields: &[$($field),*] },)*
                _ => return None,
            })
        }
    };
}

composites! {
    16 "open" [
        "container-id" "hostname" "max-frame-size" "channel-max" "idle-time-out" "outgoing-locales"
        "incoming-locales" "offered-capabilities" "desired-capabilities" "properties"
    ]
    17 "begin" [
        "remote-channel" "next-outgoing-id" "incoming-window" "outgoing-window" "handle-max"
        "offered-capabilities" "desired-capabilities" "properties"
    ]
    18 "attach" [
        "name" "handle" "role" "snd-settle-mode" "rcv-settle-mode" "source" "target" "unsettled"
        "incomplete-unsettled" "initial-delivery-count" "max-message-size" "offered-capabilities"
        "desired-capabilities" "properties"
    ]
    19 "flow" [
        "next-incoming-id" "incoming-window" "next-outgoing-id" "outgoing-window" "handle" "delivery-count"
        "link-credit" "available" "drain" "echo" "properties"
    ]
    20 "transfer" [
        "handle" "delivery-id" "delivery-tag" "message-format" "settled" "more" "rcv-settle-mode" "state"
        "resume" "aborted" "batchable"
    ]
    21 "disposition" ["role" "first" "last" "settled" "state" "batchable"]
    22 "detach" ["handle" "closed" "error"]
    23 "end" ["error"]
    24 "close" ["error"]
    29 "error" ["condition" "description" "info"]
    35 "received" ["section-number" "section-offset"]
    36 "accepted" []
    37 "rejected" ["error"]
    38 "released" []
    39 "modified" ["delivery-failed" "undeliverable-here" "message-annotations"]
    40 "source" [
        "address" "durable" "expiry-policy" "timeout" "dynamic" "dynamic-node-properties" "distribution-mode"
        "filter" "default-outcome" "outcomes" "capabilities"
    ]
    41 "target" [
        "address" "durable" "expiry-policy" "timeout" "dynamic" "dynamic-node-properties" "capabilities"
    ]
    43 "delete-on-close" []
    44 "delete-on-no-links" []
    45 "delete-on-no-messages" []
    46 "delete-on-no-links-or-messages" []
    48 "coordinator" ["capabilities"]
    49 "declare" ["global-id"]
    50 "discharge" ["txn-id" "fail"]
    51 "declared" ["txn-id"]
    52 "transactional-state" ["txn-id" "outcome"]
    64 "sasl-mechanisms" ["sasl-server-mechanisms"]
    65 "sasl-init" ["mechanism" "initial-response" "hostname"]
    66 "sasl-challenge" ["challenge"]
    67 "sasl-response" ["response"]
    68 "sasl-outcome" ["code" "additional-data"]
    112 "header" ["durable" "priority" "ttl" "first-acquirer" "delivery-count"]
    113 "delivery-annotations" []
    114 "message-annotations" []
    115 "properties" [
        "message-id" "user-id" "to" "subject" "reply-to" "correlation-id" "content-type" "content-encoding"
        "absolute-expiry-time" "creation-time" "group-id" "group-sequence" "reply-to-group-id"
    ]
    116 "application-properties" []
    117 "data" []
    118 "amqp-sequence" []
    119 "amqp-value" []
    120 "footer" []
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_defines_forty_named_descriptors() {
        assert_eq!((0..=300).filter(|&code| composite(code).is_some()).count(), 40);
        assert_eq!(composite(0x10).unwrap().name, "open");
        assert!(composite(u64::MAX).is_none());
    }
}
