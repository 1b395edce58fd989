use super::{call, headings};
use domain::steps::Steps;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use testkit::world::{Answer, Client, World};

/// Ends a request at a step as if its process had ended there, once.
#[derive(Debug, Default)]
struct CutOff(Mutex<Option<&'static str>>);

impl Steps for CutOff {
    fn reached(&self, step: &'static str) {
        let hit = self.0.lock().unwrap().take_if(|at| *at == step);
        assert!(hit.is_none(), "cut off at {step}");
    }
}

/// A world in which this request was sent and cut off at a step, and which has started anew since.
async fn cut_off_at(step: &'static str, login: &str, path: &str, body: impl Fn(&World) -> Value) -> World {
    let steps = Arc::new(CutOff::default());
    let mut world = World::watched(Arc::<CutOff>::clone(&steps)).await;
    let body = body(&world);
    let client = world.as_(login).await;
    *steps.0.lock().unwrap() = Some(step);
    let answer = send(&client, path, &body).await;
    assert_eq!(answer.status, 500, "cut off at {step}");
    drop(client);
    world.restart();
    world
}

async fn send(client: &Client<'_>, path: &str, body: &Value) -> Answer {
    call(client.post(path).header("idempotency-key", "k").json(body)).await
}

async fn reconcile(world: &World) {
    world.clock.pass(180);
    world.app().reconciler().run_once(world.clock.now()).await.unwrap();
}

fn replayed(answer: &Answer) -> bool {
    answer.header("idempotency-replayed") == "true"
}

#[tokio::test]
async fn a_request_for_a_document_that_was_cut_off_is_answered_with_the_one_document() {
    let letter = |world: &World| json!({ "template": world.first.letter, "heading": "Once" });
    let path = "/api/v1/documents";
    for (step, undecided, made) in [
        ("key.begun", false, false),
        ("make.intended", true, false),
        ("make.called", true, true),
        ("make.recorded", false, true),
        ("key.answered", false, true),
    ] {
        let world = cut_off_at(step, "bjorn", path, letter).await;
        let (bjorn, body) = (world.as_("bjorn").await, letter(&world));
        if undecided {
            let early = send(&bjorn, path, &body).await.expect(409);
            assert_eq!(early.header("retry-after"), "1", "{step}");
            reconcile(&world).await;
        }
        let first = send(&bjorn, path, &body).await.expect(201);
        assert_eq!(replayed(&first), made, "{step}");
        let again = send(&bjorn, path, &body).await.expect(201);
        assert!(replayed(&again) && again.json() == first.json(), "{step}");
        assert_eq!(headings(&call(bjorn.get(path)).await.json()), ["Once"], "{step}");
    }
}

#[tokio::test]
async fn a_request_for_a_template_that_was_cut_off_is_answered_with_the_one_template() {
    let blank = |_: &World| json!({ "from": { "blank": "txt" }, "name": "Once" });
    let path = "/api/v1/templates";
    for (step, undecided, made) in [
        ("template.inserted", false, false),
        ("template_file.intended", true, false),
        ("template_file.called", true, false),
        ("template_file.recorded", false, false),
        ("template.created", false, true),
    ] {
        let world = cut_off_at(step, "astrid", path, blank).await;
        let (astrid, body) = (world.as_("astrid").await, blank(&world));
        if undecided {
            send(&astrid, path, &body).await.expect(409);
            reconcile(&world).await;
        }
        let first = send(&astrid, path, &body).await.expect(201);
        assert_eq!(replayed(&first), made, "{step}");
        let again = send(&astrid, path, &body).await.expect(201);
        assert!(replayed(&again) && again.json()["id"] == first.json()["id"], "{step}");
        let offered = call(astrid.get(path)).await.json().to_string();
        assert_eq!(offered.matches("\"name\":\"Once\"").count(), 1, "{step}: {offered}");
    }
}
