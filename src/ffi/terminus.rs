//! terminus
