//! The twin held to the providers' own descriptions and to their own client libraries.
fn main() {}
