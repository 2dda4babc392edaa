//! The C object model.
