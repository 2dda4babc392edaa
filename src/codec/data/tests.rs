//! Tests of the whole tree come with the concepts' own; here is what they share.
