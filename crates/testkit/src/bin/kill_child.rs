//! The child of the kill test: runs one operation in a folder and kills itself at the n-th step boundary.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "test code: a failed expectation is a failed run, and output is for people"
)]

use std::path::Path;
use std::sync::Arc;
use testkit::house::House;
use testkit::kill::{KillAt, run};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, directory, operation, n] = arguments.as_slice() else {
        panic!("usage: kill_child DIRECTORY OPERATION N");
    };
    let n = n.parse().expect("N is a number");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.expect("a runtime can start").block_on(async {
        let house = House::at(Path::new(directory), Arc::new(KillAt::new(n))).await.expect("the house opens");
        run(&house, operation).await.expect("the operation succeeds when nobody interrupts it");
        println!("done");
    });
}
