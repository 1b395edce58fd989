//! The examples of Microsoft's documentation, asked of the twin: an equivalent request, and an answer of the same
//! shape. The examples leave members out at will, so only what they do show is compared.

mod compare;
mod requests;
mod tables;
mod world;

use compare::Shape;
use requests::{Asked, Example};
use serde_json::Value;
use std::collections::BTreeMap;
use world::World;

/// So many examples are replayed; the test fails when they become fewer.
const REPLAYED: usize = 221;

fn read(name: &str) -> Value {
    let text = std::fs::read_to_string(super::contracts().join("microsoft").join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// All examples of both files.
fn examples() -> Vec<Example> {
    let docs = read("examples-docs.json");
    let docs = docs["examples"].as_array().unwrap().iter().enumerate();
    let mocks = read("examples-mocks-2025.json");
    let mocks = mocks["mocks"].as_array().unwrap().iter().enumerate();
    docs.map(|(at, one)| Example::documented(at, one))
        .chain(mocks.map(|(at, one)| Example::canned(at, one)))
        .collect()
}

#[tokio::test]
async fn the_examples_of_the_documentation_are_answered_in_their_shape() {
    let (mut replayed, mut passed_over, mut faults) = (0, BTreeMap::new(), Vec::new());
    for example in examples() {
        if let Some(reason) = tables::passed_over(&example) {
            *passed_over.entry(reason).or_insert(0) += 1;
            continue;
        }
        let world = World::seeded().await;
        let request = Asked::read(&example, &world).await;
        let answer = request.send(&world).await;
        replayed += 1;
        let found = Shape::of(&example, &answer);
        faults.extend(
            found
                .into_iter()
                .map(|fault| format!("{}: {} {}: {fault}", example.name, request.method, request.url)),
        );
    }
    let told = format!("{replayed} examples replayed; passed over: {passed_over:#?}");
    assert!(faults.is_empty(), "{} faults\n{}\n{told}", faults.len(), faults.join("\n"));
    assert!(replayed >= REPLAYED, "{told}");
    println!("{told}");
}
