//! The performatives of AMQP part 2 and the SASL frames of part 5, one table each.
#![forbid(unsafe_code)]
