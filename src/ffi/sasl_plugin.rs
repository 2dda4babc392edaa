//! sasl_plugin
