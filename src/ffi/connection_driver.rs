//! connection_driver
